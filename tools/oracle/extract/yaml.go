package extract

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/pintle/pintle/tools/oracle/answer"
)

// maxYAML is the longest harvested text: longer ones (alias bombs, depth
// tests) are made by the tests that need them.
const maxYAML = 2000

const (
	recordText  = `	typed.Record(map[string]interface{}{"yaml": typed.Encode(string(%s))})`
	recordValue = `	typed.RecordJSON("value", %s)`
)

// yamlTable is every text that the tests of goyaml v2, goyaml v3 and sigs yaml
// read, every value that they write and that JSON can hold, and the traps
// collected in inputs/yaml.json.
func yamlTable(r *run) error {
	sources := []struct {
		name, module string
		patches      []patch
	}{
		{"goyaml2", "go.yaml.in/yaml/v2", []patch{
			{"decode.go", "func newParser(b []byte) *parser {", fmt.Sprintf(recordText, "b")},
			{"yaml.go", "func Marshal(in interface{}) (out []byte, err error) {", fmt.Sprintf(recordValue, "in")},
		}},
		{"goyaml3", "go.yaml.in/yaml/v3", []patch{
			{"decode.go", "func newParser(b []byte) *parser {", fmt.Sprintf(recordText, "b")},
			{"yaml.go", "func Marshal(in interface{}) (out []byte, err error) {", fmt.Sprintf(recordValue, "in")},
		}},
		{"sigs", "sigs.k8s.io/yaml", []patch{
			{"yaml.go", "func unmarshal(yamlBytes []byte, obj interface{}, unmarshalFn func([]byte, interface{}) error, opts ...JSONOpt) error {", fmt.Sprintf(recordText, "yamlBytes")},
			{"yaml.go", "func yamlToJSONTarget(yamlBytes []byte, jsonTarget *reflect.Value, unmarshalFn func([]byte, interface{}) error) ([]byte, error) {", fmt.Sprintf(recordText, "yamlBytes")},
			{"yaml.go", "func JSONToYAML(j []byte) ([]byte, error) {", fmt.Sprintf(recordText, "j")},
		}},
	}
	set := newCaseSet()
	for _, s := range sources {
		rows, err := r.module(s.module, s.patches, nil, "-run", "Test", ".")
		if err != nil {
			return err
		}
		for _, row := range rows {
			c := Case{}
			if row["yaml"] != nil {
				if text := row.text("yaml"); text != "" || string(row["yaml"]) == `""` {
					c["yaml"] = text
				} else {
					r.notApplicable("yaml", s.name, string(row["yaml"]), "the text is not UTF-8, which a JSON case cannot hold")
					continue
				}
			} else {
				c["value"] = row["value"]
			}
			set.add(s.name, c)
		}
	}
	traps, err := inputs("yaml.json")
	if err != nil {
		return err
	}
	for _, c := range traps {
		set.add("trap", c)
	}
	var cases []Case
	for _, c := range set.cases {
		if yaml, isText := c["yaml"].(string); isText && len(yaml) > maxYAML {
			r.notApplicable("yaml", fmt.Sprint(c["name"]), yaml[:40]+"…", fmt.Sprintf("longer than %d bytes", maxYAML))
			continue
		}
		c["want"] = ask(answer.YAML, c)
		// A nondeterministic answer (colliding keys) would make a flaky case.
		stable := true
		for range 10 {
			stable = stable && string(ask(answer.YAML, c)) == string(c["want"].(json.RawMessage))
		}
		if !stable {
			r.notApplicable("yaml", fmt.Sprint(c["name"]), fmt.Sprint(c["yaml"]), "Go's own answer differs from run to run")
			continue
		}
		cases = append(cases, c)
	}
	return r.write("yaml.json", cases)
}

// caseSet keeps the first of equal cases and numbers them by source.
type caseSet struct {
	cases []Case
	seen  map[string]bool
	count map[string]int
}

func newCaseSet() *caseSet { return &caseSet{seen: map[string]bool{}, count: map[string]int{}} }

func (s *caseSet) add(source string, c Case) {
	given := c["name"]
	delete(c, "name")
	key := string(answer.Marshal(c))
	if s.seen[key] {
		return
	}
	s.seen[key] = true
	s.count[source]++
	c["name"] = fmt.Sprintf("%s %d", source, s.count[source])
	if given != nil {
		c["name"] = given
	}
	s.cases = append(s.cases, c)
}

// inputs reads a list of hand-written inputs. They hold no answers.
func inputs(name string) ([]Case, error) {
	raw, err := inputFiles.ReadFile("inputs/" + name)
	if err != nil {
		return nil, err
	}
	var cases []Case
	dec := json.NewDecoder(strings.NewReader(string(raw)))
	dec.UseNumber()
	if err := dec.Decode(&cases); err != nil {
		return nil, fmt.Errorf("inputs/%s: %w", name, err)
	}
	for _, c := range cases {
		if c["want"] != nil {
			return nil, fmt.Errorf("inputs/%s: %v holds an answer", name, c["name"])
		}
	}
	return cases, nil
}
