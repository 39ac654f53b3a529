package answer

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"time"
	_ "time/tzdata" // zones where the machine has none

	"github.com/pintle/pintle/tools/oracle/typed"
)

// FmtCase is the input of the fmt kind. Func is Sprintf unless given.
type FmtCase struct {
	Func   string            `json:"func,omitempty"`
	Format json.RawMessage   `json:"format,omitempty"`
	Args   []json.RawMessage `json:"args"`
}

// Fmt is Go's fmt.Sprintf, Sprint or Sprintln.
func Fmt(input json.RawMessage) (any, error) {
	var c FmtCase
	if err := json.Unmarshal(input, &c); err != nil {
		return nil, err
	}
	args := make([]any, len(c.Args))
	for i := range c.Args {
		var err error
		if args[i], err = typed.Decode(c.Args[i]); err != nil {
			return nil, err
		}
	}
	switch c.Func {
	case "", "Sprintf":
		format, err := text(c.Format)
		return ok(fmt.Sprintf(format, args...)), err
	case "Sprint":
		return ok(fmt.Sprint(args...)), nil
	case "Sprintln":
		return ok(fmt.Sprintln(args...)), nil
	}
	return nil, fmt.Errorf("no function %s", c.Func)
}

// text reads a string that may be {"$str": base64}.
func text(raw json.RawMessage) (string, error) {
	v, err := typed.Decode(raw)
	if err != nil || v == nil {
		return "", err
	}
	s, isString := v.(string)
	if !isString {
		return "", errors.New("a string is needed")
	}
	return s, nil
}

// RegexpCase is the input of the regexp kind.
type RegexpCase struct {
	Op      string          `json:"op"`
	Pattern json.RawMessage `json:"pattern"`
	Input   json.RawMessage `json:"input,omitempty"`
	Repl    json.RawMessage `json:"repl,omitempty"`
	N       *int            `json:"n,omitempty"`
}

// RegexpWant has the members that the operation gives.
type RegexpWant struct {
	Err     *string           `json:"err,omitempty"`
	Match   *bool             `json:"match,omitempty"`
	Index   [][]int           `json:"index,omitempty"`
	Strings []json.RawMessage `json:"strings,omitempty"`
	Text    json.RawMessage   `json:"text,omitempty"`
}

// Regexp is Go's regexp.
func Regexp(input json.RawMessage) (any, error) {
	var c RegexpCase
	if err := json.Unmarshal(input, &c); err != nil {
		return nil, err
	}
	var parts [3]string
	for i, raw := range []json.RawMessage{c.Pattern, c.Input, c.Repl} {
		var err error
		if parts[i], err = text(raw); err != nil {
			return nil, err
		}
	}
	pattern, in, repl := parts[0], parts[1], parts[2]
	if c.Op == "quote" {
		return RegexpWant{Text: typed.Encode(regexp.QuoteMeta(pattern))}, nil
	}
	re, err := regexp.Compile(pattern)
	if err != nil {
		return RegexpWant{Err: str(err.Error())}, nil
	}
	n := -1
	if c.N != nil {
		n = *c.N
	}
	return regexpOp(re, c.Op, in, repl, n)
}

func regexpOp(re *regexp.Regexp, op, in, repl string, n int) (any, error) {
	var w RegexpWant
	list := func(ss []string) {
		w.Strings = []json.RawMessage{}
		for _, s := range ss {
			w.Strings = append(w.Strings, typed.Encode(s))
		}
	}
	switch op {
	case "compile":
		w.Text = typed.Encode(re.String())
	case "match":
		m := re.MatchString(in)
		w.Match = &m
	case "find":
		w.Text = typed.Encode(re.FindString(in))
	case "findall":
		list(re.FindAllString(in, n))
	case "submatchindex":
		w.Index = re.FindAllStringSubmatchIndex(in, n)
		m := w.Index != nil
		w.Match = &m
	case "replace":
		w.Text = typed.Encode(re.ReplaceAllString(in, repl))
	case "replaceliteral":
		w.Text = typed.Encode(re.ReplaceAllLiteralString(in, repl))
	case "split":
		list(re.Split(in, n))
	case "names":
		list(re.SubexpNames())
	default:
		return nil, fmt.Errorf("no operation %s", op)
	}
	return w, nil
}

// StrconvCase is the input of the strconv kind.
type StrconvCase struct {
	Op   string          `json:"op"`
	F    json.RawMessage `json:"f,omitempty"`
	Fmt  string          `json:"fmt,omitempty"`
	Prec int             `json:"prec"`
	Bits int             `json:"bits,omitempty"`
	Base int             `json:"base,omitempty"`
	Text string          `json:"text,omitempty"`
}

// Strconv formats and parses numbers.
func Strconv(input json.RawMessage) (any, error) {
	c := StrconvCase{Bits: 64}
	if err := json.Unmarshal(input, &c); err != nil {
		return nil, err
	}
	switch c.Op {
	case "format":
		v, err := typed.Decode(c.F)
		f, isFloat := v.(float64)
		if err != nil || !isFloat || len(c.Fmt) != 1 {
			return nil, fmt.Errorf("format needs a float64 and a one-letter fmt (%v)", err)
		}
		return ok(strconv.FormatFloat(f, c.Fmt[0], c.Prec, c.Bits)), nil
	case "parsefloat":
		f, err := strconv.ParseFloat(c.Text, c.Bits)
		return typedOutcome(f, err), nil
	case "parseint":
		n, err := strconv.ParseInt(c.Text, c.Base, c.Bits)
		return typedOutcome(n, err), nil
	case "parseuint":
		n, err := strconv.ParseUint(c.Text, c.Base, c.Bits)
		return typedOutcome(n, err), nil
	case "parsebool":
		b, err := strconv.ParseBool(c.Text)
		return typedOutcome(b, err), nil
	}
	return nil, fmt.Errorf("no operation %s", c.Op)
}

// TypedOutcome is a typed value or an error's text. Value is there with an
// error too where Go gives one (strconv's range errors).
type TypedOutcome struct {
	Value json.RawMessage `json:"value,omitempty"`
	Err   *string         `json:"err,omitempty"`
}

func typedOutcome(v any, err error) TypedOutcome {
	w := TypedOutcome{Value: typed.Encode(v)}
	if err != nil {
		w.Err = str(err.Error())
	}
	return w
}

// QuoteCase is the input of the quote kind.
type QuoteCase struct {
	Op   string          `json:"op"`
	Text json.RawMessage `json:"text"`
}

// Quote is strconv's quoting.
func Quote(input json.RawMessage) (any, error) {
	var c QuoteCase
	if err := json.Unmarshal(input, &c); err != nil {
		return nil, err
	}
	s, err := text(c.Text)
	if err != nil {
		return nil, err
	}
	switch c.Op {
	case "quote":
		return ok(strconv.Quote(s)), nil
	case "ascii":
		return ok(strconv.QuoteToASCII(s)), nil
	case "graphic":
		return ok(strconv.QuoteToGraphic(s)), nil
	case "canbackquote":
		return ok(strconv.FormatBool(strconv.CanBackquote(s))), nil
	case "unquote":
		u, err := strconv.Unquote(s)
		return outcome(u, err), nil
	}
	return nil, fmt.Errorf("no operation %s", c.Op)
}

// TimeCase is the input of the time kind.
type TimeCase struct {
	Op     string          `json:"op"`
	Layout string          `json:"layout,omitempty"`
	Text   json.RawMessage `json:"text,omitempty"`
	Zone   string          `json:"zone,omitempty"`
	Unix   int64           `json:"unix"`
	Nanos  int64           `json:"nanos"`
	YMD    []int           `json:"ymd,omitempty"`
	D      int64           `json:"d"`
	M      int64           `json:"m"`
}

// TimeWant is a parsed time, or an error.
type TimeWant struct {
	Unix   int64  `json:"unix"`
	Nanos  int    `json:"nanos"`
	Offset int    `json:"offset"`
	Abbrev string `json:"abbrev"`
	String string `json:"string"`
}

// Time formats and parses times and durations.
func Time(input json.RawMessage) (any, error) {
	var c TimeCase
	if err := json.Unmarshal(input, &c); err != nil {
		return nil, err
	}
	loc, err := time.LoadLocation(c.Zone)
	if err != nil {
		return nil, err
	}
	in, err := text(c.Text)
	if err != nil {
		return nil, err
	}
	switch c.Op {
	case "date", "adddate":
		return dates(c, loc)
	case "format":
		return ok(time.Unix(c.Unix, c.Nanos).In(loc).Format(c.Layout)), nil
	case "parse":
		t, err := time.ParseInLocation(c.Layout, in, loc)
		if err != nil {
			return failed(err), nil
		}
		return whole(t), nil
	case "parseduration":
		d, err := time.ParseDuration(in)
		return typedOutcome(d, err), nil
	case "durationstring":
		return ok(time.Duration(c.D).String()), nil
	case "round":
		return ok(time.Duration(c.D).Round(time.Duration(c.M)).String()), nil
	case "truncate":
		return ok(time.Duration(c.D).Truncate(time.Duration(c.M)).String()), nil
	}
	return nil, fmt.Errorf("no operation %s", c.Op)
}

func whole(t time.Time) TimeWant {
	abbrev, offset := t.Zone()
	return TimeWant{t.Unix(), t.Nanosecond(), offset, abbrev, t.String()}
}

// dates is time.Date of year … nanosecond, or AddDate of years, months, days.
func dates(c TimeCase, loc *time.Location) (any, error) {
	n := c.YMD
	switch {
	case c.Op == "date" && len(n) == 7:
		return whole(time.Date(n[0], time.Month(n[1]), n[2], n[3], n[4], n[5], n[6], loc)), nil
	case c.Op == "adddate" && len(n) == 3:
		return whole(time.Unix(c.Unix, c.Nanos).In(loc).AddDate(n[0], n[1], n[2])), nil
	}
	return nil, fmt.Errorf("%s has %d numbers", c.Op, len(n))
}
