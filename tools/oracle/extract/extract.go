// Package extract turns the test tables of Go, Helm and Helm's libraries into
// committed data files. The tables are read by Go itself: a small test file is
// compiled into the package that owns the table (an overlay for the standard
// library, a patched copy for modules) and prints it. What a case gives is
// always asked from the unchanged engine or library, never copied from a test.
package extract

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sort"

	"github.com/pintle/pintle/tools/oracle/answer"
)

// maxFile is the largest data file that may be written.
const maxFile = 2 << 20

// Case is one line of a data file. Its members are those of the table's kind.
type Case map[string]any

// tables by name; each writes the data files of that name.
var tables = map[string]func(*run) error{
	"fmt":      fmtTable,
	"charts":   chartTables,
	"command":  commandTable,
	"regexp":   regexpTables,
	"semver":   semverTable,
	"sprig":    sprigTable,
	"strconv":  strconvTables,
	"strvals":  strvalsTable,
	"template": templateTables,
	"time":     timeTables,
	"yaml":     yamlTable,
}

// order is the order of `extract all`: what others wait for comes first.
var order = []string{"fmt", "template", "yaml", "sprig", "strvals", "semver", "regexp", "time", "strconv", "charts", "command"}

type run struct {
	dir  string
	na   map[string][]Case
	temp string
	helm []Row

	fresh bool // everything is extracted, so the old list of left-out cases goes
}

// Run extracts the named tables, or all of them, into the folder after -o
// (conformance/data beside tools/ unless given).
func Run(args []string) error {
	r := &run{dir: filepath.Join("..", "..", "conformance", "data"), na: map[string][]Case{}}
	if len(args) >= 2 && args[0] == "-o" {
		r.dir, args = args[1], args[2:]
	}
	if len(args) == 1 && args[0] == "all" {
		args, r.fresh = order, true
	}
	if len(args) == 0 {
		return errors.New("extract needs table names, or all")
	}
	answer.Quiet()
	if err := os.MkdirAll(r.dir, 0o755); err != nil {
		return err
	}
	temp, err := os.MkdirTemp("", "oracle-extract-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	r.temp = temp
	for _, name := range args {
		table, found := tables[name]
		if !found {
			return fmt.Errorf("no table %s", name)
		}
		if err := table(r); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	if err := r.licences(); err != nil {
		return err
	}
	return r.writeNA()
}

// licences copies the licence of every source of tables.
func (r *run) licences() error {
	dir := filepath.Join(r.dir, "licences")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	goroot, err := output("go", "env", "GOROOT")
	if err != nil {
		return err
	}
	files := map[string]string{"go.txt": filepath.Join(goroot, "LICENSE")}
	for _, m := range []struct{ name, path, file string }{
		{"helm.txt", "helm.sh/helm/v4", "LICENSE"},
		{"sprig.txt", "github.com/Masterminds/sprig/v3", "LICENSE.txt"},
		{"semver.txt", "github.com/Masterminds/semver/v3", "LICENSE.txt"},
		{"goyaml-v2.txt", "go.yaml.in/yaml/v2", "LICENSE"},
		{"goyaml-v2-libyaml.txt", "go.yaml.in/yaml/v2", "LICENSE.libyaml"},
		{"goyaml-v3.txt", "go.yaml.in/yaml/v3", "LICENSE"},
		{"sigs-yaml.txt", "sigs.k8s.io/yaml", "LICENSE"},
	} {
		dir, err := output("go", "list", "-m", "-f", "{{.Dir}}", m.path)
		if err != nil {
			return err
		}
		files[m.name] = filepath.Join(dir, m.file)
	}
	for name, source := range files {
		text, err := os.ReadFile(source)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// write stores cases in their order, one a line, with names made unique.
func (r *run) write(file string, cases []Case) error {
	seen := map[string]int{}
	var b bytes.Buffer
	b.WriteString("[\n")
	for i, c := range cases {
		if name, named := c["name"].(string); named {
			if seen[name]++; seen[name] > 1 {
				c["name"] = fmt.Sprintf("%s #%d", name, seen[name])
			}
		}
		b.Write(answer.Marshal(c))
		if i < len(cases)-1 {
			b.WriteByte(',')
		}
		b.WriteByte('\n')
	}
	b.WriteString("]\n")
	if b.Len() > maxFile {
		return fmt.Errorf("%s would have %d bytes, over %d", file, b.Len(), maxFile)
	}
	fmt.Fprintf(os.Stderr, "%-26s %5d cases %8d bytes\n", file, len(cases), b.Len())
	return os.WriteFile(filepath.Join(r.dir, file), b.Bytes(), 0o644)
}

// notApplicable remembers a case that cannot be given as data, and why.
func (r *run) notApplicable(table, name, what, reason string) {
	r.na[table] = append(r.na[table], Case{"name": name, "case": what, "reason": reason})
}

// naFile lists every case that was left out.
const naFile = "not-applicable.json"

func (r *run) writeNA() error {
	path := filepath.Join(r.dir, naFile)
	all := map[string][]Case{}
	if raw, err := os.ReadFile(path); err == nil && !r.fresh {
		if err := json.Unmarshal(raw, &all); err != nil {
			return err
		}
	}
	for table, cases := range r.na {
		all[table] = cases
	}
	names := make([]string, 0, len(all))
	for name := range all {
		names = append(names, name)
	}
	sort.Strings(names)
	var b bytes.Buffer
	b.WriteString("{\n")
	for i, name := range names {
		fmt.Fprintf(&b, "%s: [\n", answer.Marshal(name))
		for j, c := range all[name] {
			b.Write(answer.Marshal(c))
			if j < len(all[name])-1 {
				b.WriteByte(',')
			}
			b.WriteByte('\n')
		}
		b.WriteString("]")
		if i < len(names)-1 {
			b.WriteByte(',')
		}
		b.WriteByte('\n')
	}
	b.WriteString("}\n")
	return os.WriteFile(path, b.Bytes(), 0o644)
}

// ask gives a kind's answer to one case.
func ask(kind answer.Kind, input any) json.RawMessage {
	return answer.Line(kind, answer.Marshal(input))
}
