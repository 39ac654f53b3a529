package extract

import (
	"encoding/json"
	"regexp"
	"strings"

	"github.com/pintle/pintle/tools/oracle/answer"
	"github.com/pintle/pintle/tools/oracle/typed"
)

// templateTables writes text/template's own tables: execution, comparison,
// parsing and lexing.
func templateTables(r *run) error {
	rows, err := r.std("text/template", "template.go.txt")
	if err != nil {
		return err
	}
	files := map[string][]Case{}
	for _, row := range rows {
		file := "template-" + row.text("source")
		c, why, err := templateCase(row)
		switch {
		case err != nil:
			return err
		case why != "":
			r.notApplicable(file, row.text("name"), row.text("tmpl"), why)
		case c["funcs"] == true:
			delete(c, "funcs")
			files["template-funcs"] = append(files["template-funcs"], c)
		default:
			files[file] = append(files[file], c)
		}
	}
	for _, name := range []string{"template-exec", "template-funcs", "template-compare"} {
		if err := r.write(name+".json", files[name]); err != nil {
			return err
		}
	}
	traps, err := inputs("template.json")
	if err != nil {
		return err
	}
	set := newCaseSet()
	for _, c := range traps {
		set.add("trap", c)
	}
	if err := r.answered("template", "template-traps.json", set.cases); err != nil {
		return err
	}
	return parseTables(r)
}

// ofStruct finds what only T's methods can answer.
var ofStruct = regexp.MustCompile(`Method[0-9]|GetU|TrueFalse|\.Copy\b|MyError|\bstringer \.`)

var (
	unexported    = regexp.MustCompile(`\["[a-z]\w*",`)
	pointerMethod = regexp.MustCompile(`\.(V0|W0|MAdd)\b`)
)

func templateCase(row Row) (c Case, why string, err error) {
	text, data := row.text("tmpl"), row["data"]
	c = Case{"name": row.text("name"), "tmpl": text, "data": data}
	if option := row.text("option"); option != "" {
		c["missingkey"] = strings.TrimPrefix(option, "missingkey=")
	}
	if row["defs"] != nil {
		c["defs"] = row["defs"]
	}
	if row["funcs"] != nil {
		c["funcs"] = true
	}
	want := answer.Outcome{}
	if row["err"] != nil {
		msg := row.text("err")
		want.Err = &msg
	} else {
		s := row.text("ok")
		want.OK = &s
	}
	c["want"] = want
	if what := typed.Inexpressible(data); what != "" {
		return c, "the data holds a Go " + what, nil
	}
	if ofStruct.MatchString(text) {
		return c, "calls a method of a Go struct", nil
	}
	if c["funcs"] == true {
		return c, "", nil
	}
	input := answer.TemplateCase{Tmpl: text, Data: data}
	if option, given := c["missingkey"].(string); given {
		input.MissingKey = option
	}
	if row["defs"] != nil {
		if err := json.Unmarshal(row["defs"], &input.Defs); err != nil {
			return c, "", err
		}
	}
	got := ask(answer.Template, input)
	if !sameOutcome(got, want) {
		if bytesContains(data, `"string":`) || bytesContains(data, `"error":`) {
			// The rebuilt value has lost its String or Error method; the case is sound.
			c["methods"] = true
			return c, "", nil
		}
		if unexported.Match(data) && !pointerMethod.MatchString(text) {
			// The oracle's decoder cannot set unexported fields; the case is sound.
			c["unexported"] = true
			return c, "", nil
		}
		if pointerMethod.MatchString(text) {
			return c, "calls a method of a Go struct", nil
		}
		return c, "the rebuilt data gives " + string(got), nil
	}
	return c, "", nil
}

func bytesContains(raw json.RawMessage, sub string) bool { return strings.Contains(string(raw), sub) }

// sameOutcome compares an answer on rebuilt data with the original: texts must
// be equal, errors equal up to the names of Go types.
func sameOutcome(got json.RawMessage, want answer.Outcome) bool {
	var o answer.Outcome
	if err := json.Unmarshal(got, &o); err != nil {
		return false
	}
	if want.OK != nil {
		return o.OK != nil && *o.OK == *want.OK
	}
	return o.Err != nil && o.OK == nil && untyped(*o.Err) == untyped(*want.Err)
}

var typeName = regexp.MustCompile(`(type|struct field|to|for) (\*|\[\])*(template\.[A-Z]\w*|struct \{.*\})`)

func untyped(msg string) string { return typeName.ReplaceAllString(msg, "$1 T") }

func parseTables(r *run) error {
	rows, err := r.std("text/template/parse", "parse.go.txt")
	if err != nil {
		return err
	}
	files := map[string][]Case{}
	for _, row := range rows {
		source := row.text("source")
		c := Case{}
		for key, value := range row {
			if key != "source" {
				c[key] = value
			}
		}
		switch source {
		case "parse", "errors":
			want := Case{}
			for _, key := range []string{"tree", "err"} {
				if v, found := c[key]; found {
					want[key] = v
					delete(c, key)
				}
			}
			c["want"] = want
			c["name"] = row.text("name")
		case "lex":
			c["name"] = row.text("name")
		}
		files[source] = append(files[source], c)
	}
	for source, file := range map[string]string{"parse": "template-parse.json", "errors": "template-parse-errors.json", "number": "template-number.json", "lex": "template-lex.json"} {
		if err := r.write(file, files[source]); err != nil {
			return err
		}
	}
	return nil
}
