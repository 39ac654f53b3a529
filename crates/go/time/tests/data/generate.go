//go:build ignore

// Writes what Go's time package answers, one JSON array a line; bytes are written as the characters
// of the same number.
//
//	TZ=UTC go run generate.go >answers.jsonl
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math"
	"math/rand"
	"os"
	"strings"
	"time"
	_ "time/tzdata"
)

var layouts = []string{
	time.Layout, time.ANSIC, time.UnixDate, time.RubyDate, time.RFC822, time.RFC822Z, time.RFC850, time.RFC1123, time.RFC1123Z, time.RFC3339, time.RFC3339Nano, time.Kitchen, time.Stamp, time.StampMilli, time.StampMicro, time.StampNano, time.DateTime, time.DateOnly, time.TimeOnly,
	"", "2006", "06", "_2006", "__2", "002", "_2", "2", "02", "Jan", "Janet", "January", "Januaryx", "Mon", "Month", "Monday", "MST", "M", "15", "3", "03", "4", "04", "5", "05", "1", "01", "0", "00", "PM", "pm", "P", "Z07", "Z0700", "Z07:00", "Z070000", "Z07:00:00", "-07", "-0700", "-07:00", "-070000", "-07:00:00", "-7", ".000", ",000", ".999999", ".00x", ".0001", "05.000000000000", "05,999", ".9", "20060102150405", "2006-01-02T15:04:05Z0700", "Monday, January 2 2006 at 3:04 pm (MST)", "02.01.06 um 15 Uhr 04", "2006年01月02日", "\xff2006\xff", "  2006  01", "Jan _2 2006", "2006-002", "2006-__2", "3:04:05.000PM -07", "200601", "06-01-02", "15h04m05s",
}

var zones = []string{"", "UTC", "Local", "America/New_York", "Europe/Berlin", "Asia/Kolkata", "Australia/Sydney", "America/Sao_Paulo", "Asia/Tokyo", "Europe/London", "Etc/GMT+5", "Pacific/Apia"}

func encode(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		b.WriteRune(rune(s[i]))
	}
	return b.String()
}

func main() {
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	row := func(cells ...any) {
		for i, cell := range cells {
			if s, ok := cell.(string); ok {
				cells[i] = encode(s)
			}
			if n, ok := cell.(int64); ok {
				cells[i] = fmt.Sprint(n)
			}
		}
		line, err := json.Marshal(cells)
		if err != nil {
			panic(err)
		}
		fmt.Fprintln(out, string(line))
	}
	r := rand.New(rand.NewSource(1))
	instants := []int64{0, 1, -1, 1136239445, 951782400, 1078012800, 4107542400, 1709208000, 1735689599, 1735689600, -62135596800, -62135596801, 253402300799, 253402300800, math.MaxInt64, math.MinInt64, 1e18, -1e18, 1700000000, 1711846800, 1729990800, 1143334799, 1143334800}
	for i := 0; i < 40; i++ {
		instants = append(instants, r.Int63n(4e9)-1e9)
	}
	for i := 0; i < 20; i++ {
		instants = append(instants, int64(r.Uint64()))
	}
	nanos := []int64{0, 1, 123456789, 120000000, 999999999, 500}
	for i, unix := range instants {
		n := nanos[i%len(nanos)]
		for z, name := range zones {
			if (unix < -62135596800 || unix > 253402300799) && z > 2 {
				continue
			}
			if (i+z)%3 != 0 {
				continue
			}
			zone, err := time.LoadLocation(name)
			if err != nil {
				panic(err)
			}
			t := time.Unix(unix, n).In(zone)
			year, week := t.ISOWeek()
			_, offset := t.Zone()
			row("fields", unix, n, name, fmt.Sprint(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), t.YearDay(), t.Weekday(), year, week, offset, t.IsDST(), t.IsZero(), t.UnixNano(), t.UnixMilli(), t.UnixMicro()))
			row("string", unix, n, name, t.String())
			if name != "Local" {
				row("gostring", unix, n, name, t.GoString())
			}
			for k := 0; k < 5; k++ {
				layout := layouts[r.Intn(len(layouts))]
				row("format", unix, n, name, layout, t.Format(layout))
			}
			years, months, days := r.Intn(30)-15, r.Intn(50)-25, r.Intn(800)-400
			row("adddate", unix, n, name, int64(years), int64(months), int64(days), t.AddDate(years, months, days).String())
			for _, d := range []int64{1, -1, 3600e9, -90 * 60e9, math.MaxInt64, math.MinInt64, r.Int63n(1e18)} {
				row("add", unix, n, name, d, t.Add(time.Duration(d)).String())
				row("round", unix, n, name, d, t.Round(time.Duration(d)).String())
				row("truncate", unix, n, name, d, t.Truncate(time.Duration(d)).String())
			}
		}
		other := instants[r.Intn(len(instants))]
		row("sub", unix, other, int64(time.Unix(unix, n).Sub(time.Unix(other, 0))), n)
	}
	reference := time.Date(2006, 1, 2, 15, 4, 5, 123456789, time.FixedZone("MST", -7*3600))
	var values []string
	for _, layout := range layouts {
		values = append(values, reference.Format(layout))
	}
	values = append(values, "2024-02-30", "2023-02-29", "2024-02-29", "2024-13-01", "2024-00-01", "24:00:00", "23:60:00", "23:59:60", "2024-01-02T03:04:05Z", "2024-01-02T03:04:05+00:00", "2024-01-02T03:04:05.5+01:30", "2024-01-02T03:04:05,5Z", "2024-01-02T3:04:05Z", "2024-01-02T03:04:05+24:00", "2024-01-02T03:04:05+25:00", "2024-01-02T03:04:05-00:61", "2024-01-02 extra", "", " ", "x", "Feb 30 2024", "2024-366", "2023-366", "2024-060", "2024-000", "13PM", "12AM", "12:00AM", "12:30pm", "0:00PM", "Mon, 02 Jan 2006 15:04:05 GMT", "Mon, 02 Jan 2006 15:04:05 GMT+3", "Mon, 02 Jan 2006 15:04:05 GMT-24", "Mon, 02 Jan 2006 15:04:05 CEST", "Mon, 02 Jan 2006 15:04:05 ABCDE", "Mon, 02 Jan 2006 15:04:05 ABCDT", "Mon, 02 Jan 2006 15:04:05 ChST", "Mon, 02 Jan 2006 15:04:05 WITA", "Mon, 02 Jan 2006 15:04:05 UTC", "Mon, 02 Jan 2006 15:04:05 +03", "Mon, 02 Jan 2006 15:04:05 ab", "2024-01-02 03:04:05.123456789123", "2024-01-02 03:04:05.", "\"quoted\\\"\n\xff\x7fé", "69", "68", "+6", "-1", "+123", "1-02-03", ".5", ".+1", ",123", "02 jan 06 15:04 mst", "JANUARY", "january", "monday, 02-Jan-06 15:04:05 UTC", "-00:00:01", "+00:00:01", "Z", "z", "+0000", "+2460", "+246060", "+2461")
	parse := func(layout, value string) {
		show := func(t time.Time, err error) string {
			if err != nil {
				return "error: " + err.Error()
			}
			return t.String()
		}
		row("parse", layout, value, show(time.Parse(layout, value)), show(time.ParseInLocation(layout, value, time.Local)))
	}
	for i, layout := range layouts {
		if i < len(values) {
			parse(layout, values[i])
		}
		for k := 0; k < 14; k++ {
			parse(layout, values[r.Intn(len(values))])
		}
		// A value of the layout with one byte changed.
		good := []byte(values[i])
		for k := 0; k < 4 && len(good) > 0; k++ {
			bad := append([]byte(nil), good...)
			bad[r.Intn(len(bad))] = "0 x9-:"[r.Intn(6)]
			parse(layout, string(bad))
		}
	}
	for _, value := range values {
		for _, layout := range []string{time.RFC3339, time.DateOnly, time.RFC1123, time.DateTime, time.Kitchen, "2006-002", "-07:00:00", "Z070000", ".000", "05.9"} {
			parse(layout, value)
		}
	}
	durations := []string{"", "0", "+0", "-0", "1", "1s", "-1.5h", "2h45m", "300ms", "1.", ".5s", ".s", "-.s", "1us", "1µs", "1μs", "1d", "1 s", "s", "1h1", "9223372036854775807ns", "9223372036854775808ns", "-9223372036854775808ns", "-9223372036854775809ns", "0.3333333333333333333h", "0.100000000000000000000h", "9007199254.740993ms", "39h9m14.425s", "3000000h", "1e3s", "+5.6s", "-5.s", "1.0h", "\xff", "1\xffs", "é", "1é", "1h\n", "99999999999999999999s", "0.830103483285477580700h", "1.5.5s", "--1s", "10m30", "1m1ms", "1x2s"}
	for _, s := range durations {
		d, err := time.ParseDuration(s)
		if err != nil {
			row("duration", s, "error: "+err.Error())
			continue
		}
		row("duration", s, fmt.Sprint(int64(d)))
	}
	ds := []int64{0, 1, -1, 999, 1000, 1100, 999999, 1e6, 2200000, 999999999, 1e9, 3300000000, 60e9, 59999999999, 245 * 1e9, 3599999999999, 3600e9, 18300001000000, math.MaxInt64, math.MinInt64, -1500, -61e9}
	for i := 0; i < 60; i++ {
		ds = append(ds, int64(r.Uint64())>>uint(r.Intn(60)))
	}
	for _, n := range ds {
		d := time.Duration(n)
		m := time.Duration(r.Int63() >> uint(r.Intn(60)))
		row("span", n, d.String(), fmt.Sprintf("%x %x %x", math.Float64bits(d.Seconds()), math.Float64bits(d.Minutes()), math.Float64bits(d.Hours())), int64(m), d.Round(m).String(), d.Truncate(m).String(), d.Abs().String(), fmt.Sprint(d.Milliseconds(), d.Microseconds()))
	}
	for _, name := range []string{"Nowhere/City", "../etc/passwd", "/etc", "\\x", "europe/berlin", "Europe/Berlin", "UTC", "", "Local", "America/New_York", "EST", "GMT", "Etc/UTC", "a..b", "utc"} {
		zone, err := time.LoadLocation(name)
		text := ""
		if err != nil {
			text = "error: " + err.Error()
		} else {
			text = zone.String()
			if name == "Local" {
				text = "Local"
			}
		}
		row("zone", name, text)
	}
	for i := 0; i < 200; i++ {
		n := func(spread int) int64 { return int64(r.Intn(spread) - spread/4) }
		v := []int64{n(4000), n(40), n(100), n(80), n(200), n(200), r.Int63n(5e9) - 1e9}
		name := zones[r.Intn(len(zones))]
		zone, _ := time.LoadLocation(name)
		t := time.Date(int(v[0]), time.Month(v[1]), int(v[2]), int(v[3]), int(v[4]), int(v[5]), int(v[6]), zone)
		row("date", v[0], v[1], v[2], v[3], v[4], v[5], v[6], name, t.String())
	}
	// Transitions: every quarter of an hour around them.
	for _, name := range []string{"America/New_York", "Europe/Berlin", "Australia/Sydney"} {
		zone, _ := time.LoadLocation(name)
		for _, day := range [][3]int{{2024, 3, 10}, {2024, 11, 3}, {2024, 3, 31}, {2024, 10, 27}, {2024, 4, 7}, {2024, 10, 6}} {
			for quarter := int64(0); quarter < 20; quarter++ {
				t := time.Date(day[0], time.Month(day[1]), day[2], 0, int(quarter*15), 0, 0, zone)
				row("date", int64(day[0]), int64(day[1]), int64(day[2]), int64(0), quarter*15, int64(0), int64(0), name, t.String())
			}
		}
	}
}
