package extract

import (
	"encoding/json"
	"fmt"
	"regexp"
	"sort"
	"strings"
	"time"

	"github.com/pintle/pintle/tools/oracle/answer"
)

// maxAnswer is the longest answer that a strvals case may have: `a[65536]=1`
// alone would fill half a megabyte with nulls.
const maxAnswer = 20000

// helmRows runs the tests of Helm's own packages once, with the functions
// patched whose inputs the tables are made of.
func (r *run) helmRows() ([]Row, error) {
	if r.helm != nil {
		return r.helm, nil
	}
	strvals := func(file, line, op, dest string) patch {
		return patch{"pkg/strvals/" + file, line, `	typed.Record(map[string]any{"kind": "strvals", "op": "` + op + `", "input": typed.Encode(s), "into": typed.Encode(` + dest + `)})`}
	}
	chart := func(file, line, kind, chrt, vals string) patch {
		return patch{file, line, `	oraclechart.Record("` + kind + `", ` + chrt + `, ` + vals + `)`}
	}
	const util = "pkg/chart/common/util/"
	patches := []patch{
		strvals("parser.go", "func Parse(s string) (map[string]any, error) {", "set", "nil"),
		strvals("parser.go", "func ParseString(s string) (map[string]any, error) {", "set-string", "nil"),
		strvals("parser.go", "func ParseInto(s string, dest map[string]any) error {", "set", "dest"),
		strvals("parser.go", "func ParseIntoString(s string, dest map[string]any) error {", "set-string", "dest"),
		strvals("parser.go", "func ParseJSON(s string, dest map[string]any) error {", "set-json", "dest"),
		strvals("parser.go", "func ParseFile(s string, reader RunesValueReader) (map[string]any, error) {", "set-file", "nil"),
		strvals("parser.go", "func ParseIntoFile(s string, dest map[string]any, reader RunesValueReader) error {", "set-file", "dest"),
		strvals("literal_parser.go", "func ParseLiteral(s string) (map[string]any, error) {", "set-literal", "nil"),
		strvals("literal_parser.go", "func ParseLiteralInto(s string, dest map[string]any) error {", "set-literal", "dest"),
		chart(util+"coalesce.go", "func CoalesceValues(chrt chart.Charter, vals map[string]any) (common.Values, error) {", "coalesce", "chrt", "vals"),
		chart(util+"coalesce.go", "func MergeValues(chrt chart.Charter, vals map[string]any) (common.Values, error) {", "merge", "chrt", "vals"),
		{util + "coalesce.go", "func CoalesceTables(dst, src map[string]any) map[string]any {", `	oracleTables("tables", dst, src)`},
		{util + "coalesce.go", "func MergeTables(dst, src map[string]any) map[string]any {", `	oracleTables("mergetables", dst, src)`},
		{util + "jsonschema.go", "func ValidateAgainstSingleSchema(values common.Values, schemaJSON []byte) (reterr error) {", `	oracleSchema(values, schemaJSON)`},
		chart("pkg/chart/v2/util/dependencies.go", "func processDependencyEnabled(c *chart.Chart, v map[string]any, path string) error {", "dependencies", "c", "v"),
		chart("pkg/chart/v2/util/dependencies.go", "func processDependencyImportValues(c *chart.Chart, merge bool) error {", "dependencies", "c", "map[string]any{}"),
		chart("pkg/engine/engine.go", "func (e Engine) Render(chrt ci.Charter, values common.Values) (map[string]string, error) {", "render", "chrt", `values["Values"]`),
		{"pkg/release/v1/util/manifest_sorter.go", "func SortManifests(files map[string]string, _ common.VersionSet, ordering KindSortOrder) ([]*release.Hook, []Manifest, error) {", `	typed.Record(map[string]any{"kind": "kindsort", "files": files})`},
		{"pkg/release/v1/util/manifest.go", "func SplitManifests(bigFile string) map[string]string {", `	typed.Record(map[string]any{"kind": "kindsort", "files": map[string]string{"t/templates/all.yaml": bigFile}})`},
		{"pkg/cmd/helpers_test.go", "func executeActionCommandStdinC(store *storage.Storage, in *os.File, cmd string) (*cobra.Command, string, error) {", `	oracleCommand(cmd)`},
	}
	added := map[string]string{
		"oraclechart/chart.go":   "helmchart.go.txt",
		util + "oracle.go":       "helmutil.go.txt",
		"pkg/cmd/oracle_test.go": "helmcmd.go.txt",
	}
	rows, err := r.module("helm.sh/helm/v4", patches, added, "-p", "1", "-timeout", "20m",
		"./pkg/strvals", "./pkg/chart/common/util", "./pkg/chart/v2/util", "./pkg/release/v1/util", "./pkg/engine", "./pkg/cmd")
	if err != nil {
		return nil, err
	}
	r.helm = rows
	return rows, nil
}

// harvested gives the distinct rows of some kinds in a stable order.
func (r *run) harvested(kinds ...string) ([]Row, error) {
	rows, err := r.helmRows()
	if err != nil {
		return nil, err
	}
	byText := map[string]Row{}
	for _, row := range rows {
		for _, kind := range kinds {
			if row.text("kind") == kind {
				byText[string(answer.Marshal(row))] = row
			}
		}
	}
	keys := make([]string, 0, len(byText))
	for key := range byText {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	var result []Row
	for _, key := range keys {
		result = append(result, byText[key])
	}
	return result, nil
}

func strvalsTable(r *run) error {
	rows, err := r.harvested("strvals")
	if err != nil {
		return err
	}
	set := newCaseSet()
	for _, row := range rows {
		c := Case{"op": row.text("op"), "input": row.text("input")}
		if string(row["into"]) != "null" && string(row["into"]) != "{}" {
			c["into"] = row["into"]
		}
		set.add("helm", c)
	}
	traps, err := inputs("strvals.json")
	if err != nil {
		return err
	}
	for _, c := range traps {
		set.add("trap", c)
	}
	var cases []Case
	for _, c := range set.cases {
		want := askFiles(c)
		if len(want) > maxAnswer {
			r.notApplicable("strvals", fmt.Sprint(c["name"]), fmt.Sprint(c["input"]), "the answer is too long to store")
			continue
		}
		c["want"] = want
		cases = append(cases, c)
	}
	return r.write("strvals.json", cases)
}

var missingFile = regexp.MustCompile(`open (.*): no such file`)

// askFiles answers a strvals case; for set-file it gives each file that is
// asked for a content.
func askFiles(c Case) json.RawMessage {
	files := map[string]string{}
	for {
		want := ask(answer.Strvals, c)
		var o answer.Outcome
		if c["op"] != "set-file" || json.Unmarshal(want, &o) != nil || o.Err == nil {
			return want
		}
		m := missingFile.FindStringSubmatch(*o.Err)
		if m == nil || files[m[1]] != "" || m[1] == "" {
			return want
		}
		files[m[1]] = "content of " + m[1] + "\n"
		c["files"] = files
	}
}

// chartTables writes every table whose cases are a chart and values.
func chartTables(r *run) error {
	for _, t := range []struct {
		file  string
		kind  answer.Kind
		kinds []string
	}{
		{"coalesce.json", answer.Coalesce, []string{"coalesce", "merge", "tables", "mergetables"}},
		{"dependencies.json", answer.Values, []string{"dependencies"}},
		{"render.json", answer.Render, []string{"render"}},
		{"schema.json", answer.Schema, []string{"schema"}},
		{"kindsort.json", answer.KindSort, []string{"kindsort"}},
	} {
		rows, err := r.harvested(t.kinds...)
		if err != nil {
			return err
		}
		set := newCaseSet()
		for _, row := range rows {
			c := Case{}
			for key, value := range row {
				switch key {
				case "kind":
				case "values":
					c["values"] = []string{row.text("values")}
				case "op":
					c["op"] = row.text("op")
				default:
					c[key] = value
				}
			}
			if t.file == "coalesce.json" {
				c["op"] = row.text("kind")
			}
			set.add("helm", c)
		}
		traps, err := inputs(t.file)
		if err != nil {
			return err
		}
		for _, c := range traps {
			set.add("trap", c)
		}
		if err := r.answeredCharts(t.file, t.kind, set.cases); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) answeredCharts(file string, kind answer.Kind, list []Case) error {
	table := strings.TrimSuffix(file, ".json")
	const leastRounds, rounds, longest = 6, 40, 60000
	var cases []Case
	for _, c := range list {
		want := ask(kind, c)
		stable := true
		start := time.Now()
		for n := 0; n < rounds && stable && (n < leastRounds || time.Since(start) < sprigBudget); n++ {
			stable = string(ask(kind, c)) == string(want)
		}
		what := string(answer.Marshal(c))
		if len(what) > 300 {
			what = what[:300] + "…"
		}
		switch {
		case strings.Contains(string(want), `{"malformed":`):
			return fmt.Errorf("%s: %s", what, want)
		case !stable:
			r.notApplicable(table, fmt.Sprint(c["name"]), what, "Helm's own answer differs from run to run")
		case len(want)+len(answer.Marshal(c)) > longest:
			r.notApplicable(table, fmt.Sprint(c["name"]), what, fmt.Sprintf("longer than %d bytes", longest))
		default:
			c["want"] = want
			cases = append(cases, c)
		}
	}
	return r.write(file, cases)
}
