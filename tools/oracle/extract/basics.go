package extract

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/pintle/pintle/tools/oracle/answer"
	"github.com/pintle/pintle/tools/oracle/typed"
)

// dumped runs a dump and answers each row, which is a case as it stands.
func (r *run) dumped(pkg, dump string, kind answer.Kind, more ...Case) ([]Case, error) {
	rows, err := r.std(pkg, dump)
	if err != nil {
		return nil, err
	}
	set := newCaseSet()
	for _, row := range rows {
		c := Case{}
		for key, value := range row {
			c[key] = value
		}
		c["op"] = row.text("op")
		if row["name"] != nil {
			delete(c, "name")
		}
		set.add(row.text("op"), c)
	}
	for _, c := range more {
		set.add("trap "+fmt.Sprint(c["op"]), c)
	}
	for _, c := range set.cases {
		c["want"] = ask(kind, c)
		if strings.Contains(string(c["want"].(json.RawMessage)), `"malformed"`) {
			return nil, fmt.Errorf("%s: %s", answer.Marshal(c), c["want"])
		}
	}
	return set.cases, nil
}

func byOp(cases []Case, ops ...string) []Case {
	var out []Case
	for _, c := range cases {
		for _, op := range ops {
			if c["op"] == op {
				out = append(out, c)
			}
		}
	}
	return out
}

func strconvTables(r *run) error {
	cases, err := r.dumped("internal/strconv", "strconv.go.txt", answer.Strconv)
	if err != nil {
		return err
	}
	if err := r.write("strconv-float.json", byOp(cases, "format", "parsefloat")); err != nil {
		return err
	}
	if err := r.write("strconv-int.json", byOp(cases, "parseint", "parseuint", "parsebool")); err != nil {
		return err
	}
	quotes, err := r.dumped("strconv", "quote.go.txt", answer.Quote)
	if err != nil {
		return err
	}
	return r.write("quote.json", quotes)
}

func timeTables(r *run) error {
	more, err := inputs("time.json")
	if err != nil {
		return err
	}
	cases, err := r.dumped("time", "time.go.txt", answer.Time, more...)
	if err != nil {
		return err
	}
	if err := r.write("time-format.json", byOp(cases, "format", "date", "adddate")); err != nil {
		return err
	}
	if err := r.write("time-parse.json", byOp(cases, "parse")); err != nil {
		return err
	}
	return r.write("duration.json", byOp(cases, "parseduration", "durationstring", "round", "truncate"))
}

// maxPattern is the longest pattern kept: the tests' largest have 100 kB.
const maxPattern = 3000

func regexpTables(r *run) error {
	more, err := regexpTraps()
	if err != nil {
		return err
	}
	cases, err := r.dumped("regexp", "regexp.go.txt", answer.Regexp, more...)
	if err != nil {
		return err
	}
	syntax, err := r.dumped("regexp/syntax", "syntax.go.txt", answer.Regexp)
	if err != nil {
		return err
	}
	var compiled, used []Case
	seen := map[string]bool{}
	for _, c := range append(byOp(cases, "compile"), syntax...) {
		pattern := fmt.Sprintf("%s", c["pattern"])
		if seen[pattern] {
			continue
		}
		seen[pattern] = true
		if len(pattern) > maxPattern {
			r.notApplicable("regexp-errors", fmt.Sprint(c["name"]), pattern[:60]+"…", fmt.Sprintf("the pattern is longer than %d bytes", maxPattern))
			continue
		}
		c["name"] = "compile"
		compiled = append(compiled, c)
	}
	for _, c := range cases {
		if c["op"] != "compile" {
			used = append(used, c)
		}
	}
	if err := r.write("regexp-errors.json", compiled); err != nil {
		return err
	}
	if err := r.write("regexp.json", used); err != nil {
		return err
	}
	return searchTable(r)
}

// regexpTraps crosses the patterns and texts of inputs/regexp.json.
func regexpTraps() ([]Case, error) {
	raw, err := inputFiles.ReadFile("inputs/regexp.json")
	if err != nil {
		return nil, err
	}
	var in struct {
		Patterns, Texts []string
	}
	if err := json.Unmarshal(raw, &in); err != nil {
		return nil, err
	}
	var cases []Case
	for _, p := range in.Patterns {
		cases = append(cases, Case{"op": "compile", "pattern": typed.Encode(p)})
		for _, text := range in.Texts {
			if _, bad := okRegexp(p); bad {
				break
			}
			cases = append(cases, Case{"op": "submatchindex", "pattern": typed.Encode(p), "input": typed.Encode(text)})
		}
	}
	return cases, nil
}

func okRegexp(pattern string) (answer.RegexpWant, bool) {
	var w answer.RegexpWant
	err := json.Unmarshal(ask(answer.Regexp, Case{"op": "compile", "pattern": typed.Encode(pattern)}), &w)
	return w, err != nil || w.Err != nil
}

// searchTable is RE2's search test (regexp/testdata/re2-search.txt): patterns,
// each with the texts it is tried on. The answers are Go's submatch indexes.
func searchTable(r *run) error {
	goroot, err := output("go", "env", "GOROOT")
	if err != nil {
		return err
	}
	f, err := os.Open(filepath.Join(goroot, "src", "regexp", "testdata", "re2-search.txt"))
	if err != nil {
		return err
	}
	defer f.Close()
	var cases []Case
	var texts []string
	inStrings := false
	in := bufio.NewScanner(f)
	for in.Scan() {
		line := in.Text()
		switch {
		case line == "strings":
			inStrings, texts = true, nil
		case line == "regexps":
			inStrings = false
		case strings.HasPrefix(line, `"`):
			var s string
			unquoted, ok := okText(ask(answer.Quote, answer.QuoteCase{Op: "unquote", Text: typed.Encode(line)}))
			if !ok {
				return fmt.Errorf("re2-search.txt: %s", line)
			}
			s = unquoted
			if inStrings {
				texts = append(texts, s)
				continue
			}
			if _, bad := okRegexp(s); bad {
				cases = append(cases, Case{"name": fmt.Sprintf("search %d", len(cases)+1), "pattern": typed.Encode(s), "want": ask(answer.Regexp, Case{"op": "compile", "pattern": typed.Encode(s)})})
				continue
			}
			var inputs, want []any
			for _, text := range texts {
				var w answer.RegexpWant
				if err := json.Unmarshal(ask(answer.Regexp, Case{"op": "submatchindex", "pattern": typed.Encode(s), "input": typed.Encode(text)}), &w); err != nil {
					return err
				}
				inputs, want = append(inputs, typed.Encode(text)), append(want, w.Index)
			}
			cases = append(cases, Case{"name": fmt.Sprintf("search %d", len(cases)+1), "pattern": typed.Encode(s), "inputs": inputs, "want": want})
		}
	}
	if err := in.Err(); err != nil {
		return err
	}
	return r.write("regexp-search.json", cases)
}
