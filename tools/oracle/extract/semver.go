package extract

import (
	"encoding/json"
	"fmt"
	"sort"

	"github.com/pintle/pintle/tools/oracle/answer"
)

// semverTable is every version and constraint that Masterminds' tests parse,
// compare and check, and those of inputs/semver.json.
func semverTable(r *run) error {
	version := func(op string) string {
		return `	typed.Record(map[string]interface{}{"op": "` + op + `", "v": v})`
	}
	check := `	typed.Record(map[string]interface{}{"op": "check", "c": oracleLast, "v": oracleText(v), "pre": cs.IncludePrerelease})`
	rows, err := r.module("github.com/Masterminds/semver/v3", []patch{
		{"version.go", "func StrictNewVersion(v string) (*Version, error) {", version("strict")},
		{"version.go", "func NewVersion(v string) (*Version, error) {", version("version")},
		{"version.go", "func (v Version) IncPatch() Version {", `	typed.Record(map[string]interface{}{"op": "inc", "v": oracleText(&v)})`},
		{"version.go", "func (v Version) SetPrerelease(prerelease string) (Version, error) {", `	typed.Record(map[string]interface{}{"op": "setprerelease", "v": oracleText(&v), "text": prerelease})`},
		{"version.go", "func (v Version) SetMetadata(metadata string) (Version, error) {", `	typed.Record(map[string]interface{}{"op": "setmetadata", "v": oracleText(&v), "text": metadata})`},
		{"version.go", "func (v *Version) Compare(o *Version) int {", `	typed.Record(map[string]interface{}{"op": "compare", "v": oracleText(v), "o": oracleText(o)})`},
		{"constraints.go", "func NewConstraint(c string) (*Constraints, error) {", `	oracleLast = c; typed.Record(map[string]interface{}{"op": "constraint", "c": c})`},
		{"constraints.go", "func (cs Constraints) Check(v *Version) bool {", check},
		{"constraints.go", "func (cs Constraints) Validate(v *Version) (bool, []error) {", check},
	}, map[string]string{"oracle.go": "semver.go.txt"}, "-run", "Test|Fuzz", ".")
	if err != nil {
		return err
	}
	set := newCaseSet()
	type key struct {
		c   string
		pre bool
	}
	checks := map[key]map[string]bool{}
	var keys []key
	for _, row := range rows {
		switch op := row.text("op"); op {
		case "strict", "version":
			set.add(op, Case{"op": op, "v": row.text("v")})
		case "inc":
			for _, inc := range []string{"incmajor", "incminor", "incpatch"} {
				set.add(inc, Case{"op": inc, "v": row.text("v")})
			}
		case "setprerelease", "setmetadata":
			set.add(op, Case{"op": op, "v": row.text("v"), "text": row.text("text")})
		case "compare":
			set.add(op, Case{"op": op, "versions": []string{row.text("v"), row.text("o")}})
		case "constraint", "check":
			k := key{row.text("c"), string(row["pre"]) == "true"}
			if checks[k] == nil {
				checks[k] = map[string]bool{}
				keys = append(keys, k)
			}
			if op == "check" {
				checks[k][row.text("v")] = true
			}
		}
	}
	for _, k := range keys {
		c := Case{"op": "constraint", "c": k.c}
		if k.pre {
			c["include_prerelease"] = true
		}
		versions := make([]string, 0, len(checks[k]))
		for v := range checks[k] {
			versions = append(versions, v)
		}
		sort.Strings(versions)
		if len(versions) > 0 {
			c["versions"] = versions
		}
		set.add("constraint", c)
	}
	if err := crossSemver(set); err != nil {
		return err
	}
	for _, c := range set.cases {
		c["want"] = ask(answer.Semver, c)
	}
	sort.SliceStable(set.cases, func(i, j int) bool {
		return fmt.Sprint(set.cases[i]["op"]) < fmt.Sprint(set.cases[j]["op"])
	})
	return r.write("semver.json", set.cases)
}

// crossSemver checks each constraint of inputs/semver.json against each version there.
func crossSemver(set *caseSet) error {
	raw, err := inputFiles.ReadFile("inputs/semver.json")
	if err != nil {
		return err
	}
	var in struct{ Constraints, Versions []string }
	if err := json.Unmarshal(raw, &in); err != nil {
		return err
	}
	for _, c := range in.Constraints {
		set.add("trap", Case{"op": "constraint", "c": c, "versions": in.Versions})
		set.add("trap", Case{"op": "constraint", "c": c, "versions": in.Versions, "include_prerelease": true})
	}
	for _, a := range in.Versions {
		set.add("trap", Case{"op": "version", "v": a})
		set.add("trap", Case{"op": "strict", "v": a})
		for _, b := range in.Versions {
			set.add("trap", Case{"op": "compare", "versions": []string{a, b}})
		}
	}
	return nil
}
