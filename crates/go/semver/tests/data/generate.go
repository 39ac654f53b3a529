//go:build ignore

// Writes the answers of Masterminds/semver to stdout, one JSON array a line. Run from a module
// that requires it (tools/oracle does):
//
//	go run ../../crates/go/semver/tests/data/generate.go >../../crates/go/semver/tests/data/answers.jsonl
package main

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/Masterminds/semver/v3"
)

var versions = strings.Split("1.2.3|1.2|1|v1.2.3|v1|0.0.0|0|0.0.1|0.0.3|0.2.3|0.2.5|0.3.0|1.0.0|1.1.1|1.2.3-alpha.1|1.2.3-beta.2|1.2.4-beta.2|1.25.3-gke.1|2.0.0|2.1.1|3.0.0|4.1.0|4.1.0-beta|5.1.0-alpha.1|11.1.1|0.0.0-alpha|0.0.1-alpha|1.0.0+meta|1.3.0-beta|40.50.60|1.20.0|1.19.0-0", "|")

var constraints = []string{
	"", " ", "*", "x", "X", "*-0", ">= 1.2", "1.0", "foo", "<= 1.2", "=< 1.2", "=> 1.2", "v1.2", "=1.5", "> 1.3", "< 1.4.1",
	"=2.0.0", "=2.0", "4.1", "!=4.1.0", "!=4.1", "!=4.1-alpha", "!=1.0", "!=0", "!=*", "!=1.x", "!=1.2.3", "<11", "<=11", "<=1.1", ">1.1", ">0", ">0-0", ">0.0-0", ">0.0.0-0",
	">1.2.3-alpha.1", ">11", ">11.1", ">*", "<*", "<=*", ">=*", ">=0", ">=0-0", ">=0.0.0-0", "<0", "<0-z", "2.*", "2.1.*", "2", "2.x.x", "2.x.3",
	"~1.2.3", "~1.2", "~1", "~*", "~0", "~0.0.0", "~0.0", "~>1.2", "~> 1.2.3", "~0.2.3", "~1.2.3-beta.2", "^1.2.3", "^1.2", "^1", "^0", "^0.0", "^0.0.3", "^0.0.0", "^0.2", "^0.2.3", "^*", "^1.2.0-alpha.0", "^0.2.3-beta.2", "^1.2.0-0",
	"1.1 - 2", "1.1-3", "1.0.0 - 2.0.0, <=2.0.0", "1.0.0 - 2.0.0 <=2.0.0", "2 - 3, 4.0.0 - 5.1", "3 - 4 || => 3.0, < 4", "1.2.3.4 - 5", "v1 - v2", "1 - 2 - 3", ">=1 - 2", "1 -2", "a1 - 2",
	">40.50.60, < 50.70", "v2.3.5-20161202202307-sha.e8fc5e5", "v1.2.3-0abc", "v1.2.3-beta.01", ">= bar", "BAR >= 1.2.3", ">= 1.2.3 < 2.0", ">= 1.2.3 < 2.0 || => 3.0 < 4", ">= 1.2.3,< 2.0", ">= 1.2.3 ,< 2.0", ">= 1.2.3 , < 2.0", ">= 1.2.3,,< 2.0", ",1", "1,", "1, ", "1 || ", " || 1", "||",
	"12.3.4.1234", "12.3.34 ~1.2.3", "12.3.34~ 1.2.3", ">=1.1, <2, !=1.2.3 || > 3", ">= 1.0.0  <= 2.0.0-beta || > 3", ">=1.19.0-0", ">=1.19-0", ">1.19-0 <1.30-0", "1|2", "1x", "x1.2", "1.x1", "= = 1", ">>1", "!1", "1.2.3-", "1.2.3+", "1.2.3+a", "1.2-a+b", "1.x-a", ">= 1.2.3\t<2", "1\"2", "1\n2", "99999999999999999999", ">=1.2.3-01", "= v1.2", "V1", "1.2.3.*", "1..2", "~ 1", "^ v1.2", "=>1", "=<1", "=!1", ">=v1.19.0-0 <v2", "<=0.0", "<1.1.x", "<=1.x", "!=4.2.x", "0.x.x", "0.0.x",
}

var readable = append([]string{
	"", "v", "V1", "1.", ".1", "1..2", "1.2.3.4", "01.1", "1.01", "1.1.01", "1.2.3-", "1.2.3-alpha.01", "1.2.3+test.01", "1.2.3-alpha.-1", "1.2.beta", "\n1.2", "1.2-5", "1.2-beta.5", "1.2.0-x.Y.0+metadata", "1.2.3-rc1-with-hypen", "1.2.3-0abc123", "1.2.3-beta.01", "1.2.2147483648", "20221209-update-renovatejson-v4", "1.1.2+.123", "1.0.0-alpha_beta", "1.0.0-alpha..", "1.0.0-alpha..1", "18446744073709551615.0.0", "18446744073709551616.0.0", "1.18446744073709551616", "1.0.99999999999999999999", "1.2.3+a_b", "1.2.3+", "1.2.3-a+b+c", "1+b", "1-a", "v1.2.3+a.b.c", "1.2.3 ", " 1.2.3", "é", "1.2.3-é", "1.2.3-1.2.3", "1.2.3-99999999999999999999", "1.2.3-alpha", "1.2.3-1", "1.2.3-2", "1.2.3-10", "1.2.3-a.b", "1.2.3--", "1..3", "..", "-1.0.0", "1.-1.0",
	strings.Repeat("1", 256), strings.Repeat("1", 257),
}, versions...)

func main() {
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	row := func(cells ...string) {
		for i, cell := range cells {
			cells[i] = strconv.QuoteToASCII(cell)
		}
		fmt.Fprintln(out, "["+strings.Join(cells, ",")+"]")
	}
	text := func(v *semver.Version, err error) string {
		if err != nil {
			return "error: " + err.Error()
		}
		return fmt.Sprintf("%s %s %d %d %d %s %s", v.String(), v.Original(), v.Major(), v.Minor(), v.Patch(), v.Prerelease(), v.Metadata())
	}
	var parsed []*semver.Version
	for _, s := range readable {
		v, err := semver.NewVersion(s)
		row("parse", s, text(v, err))
		strict, strictErr := semver.StrictNewVersion(s)
		row("strict", s, text(strict, strictErr))
		if err == nil {
			parsed = append(parsed, v)
		}
	}
	for _, v := range parsed {
		step := func(name string, f func() semver.Version) {
			defer func() {
				if r := recover(); r != nil {
					row(name, v.Original(), fmt.Sprint("error: ", r))
				}
			}()
			next := f()
			row(name, v.Original(), text(&next, nil))
		}
		step("patch", v.IncPatch)
		step("minor", v.IncMinor)
		step("major", v.IncMajor)
		for _, s := range []string{"", "rc.1", "01", "a_b"} {
			next, err := v.SetPrerelease(s)
			row("pre "+s, v.Original(), text(&next, err))
			next, err = v.SetMetadata(s)
			row("meta "+s, v.Original(), text(&next, err))
		}
	}
	for _, a := range parsed {
		var signs []string
		for _, b := range parsed {
			signs = append(signs, strconv.Itoa(a.Compare(b)))
		}
		row("compare", a.Original(), strings.Join(signs, " "))
	}
	constraints = append(constraints, strings.Repeat("1||", 31)+"1", strings.Repeat("1||", 32)+"1", strings.Repeat("1", 512), strings.Repeat("1", 513))
	for _, s := range constraints {
		c, err := semver.NewConstraint(s)
		if err != nil {
			row("constraint", s, "error: "+err.Error())
			continue
		}
		row("constraint", s, c.String())
		for _, include := range []bool{false, true} {
			c.IncludePrerelease = include
			kind := "check"
			if include {
				kind = "check+pre"
			}
			for _, vs := range versions {
				v, _ := semver.NewVersion(vs)
				ok, errs := c.Validate(v)
				if ok != c.Check(v) {
					panic(s + " " + vs)
				}
				var reasons []string
				for _, e := range errs {
					reasons = append(reasons, e.Error())
				}
				row(kind, s, vs, strings.Join(reasons, "; "))
			}
		}
	}
}
