package extract

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pintle/pintle/tools/oracle/answer"
	"github.com/pintle/pintle/tools/oracle/typed"
)

// patch inserts code after the one line of a file that reads exactly so.
// `typed` is imported into a patched file.
type patch struct{ file, line, insert string }

// module copies a module of the build list, patches it and runs its tests.
func (r *run) module(path string, patches []patch, added map[string]string, testArgs ...string) ([]Row, error) {
	dir, err := output("go", "list", "-m", "-f", "{{.Dir}}", path)
	if err != nil {
		return nil, fmt.Errorf("go list -m %s: %w (run from tools/oracle)", path, err)
	}
	copyDir, err := os.MkdirTemp(r.temp, "mod-")
	if err != nil {
		return nil, err
	}
	if err := copyTree(dir, copyDir); err != nil {
		return nil, err
	}
	own := filepath.Join(copyDir, "oracletyped")
	if err := os.MkdirAll(own, 0o755); err != nil {
		return nil, err
	}
	// The build line lifts these two files above the language version that an
	// old module asks for.
	const lift = "//go:build go1.26\n\n"
	files := map[string]string{"oracletyped/encode.go": lift + string(typed.Source), "oracletyped/record.go": lift + recorder}
	for name, dump := range added {
		source, err := dumps.ReadFile("dumps/" + dump)
		if err != nil {
			return nil, err
		}
		files[name] = strings.ReplaceAll(string(source), "ORACLE/typed", path+"/oracletyped")
	}
	for name, text := range files {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(copyDir, filepath.FromSlash(name))), 0o755); err != nil {
			return nil, err
		}
		if err := os.WriteFile(filepath.Join(copyDir, filepath.FromSlash(name)), []byte(text), 0o644); err != nil {
			return nil, err
		}
	}
	imported := map[string]bool{}
	for _, p := range patches {
		if err := p.apply(copyDir, path, imported); err != nil {
			return nil, err
		}
	}
	rows, err := r.test(copyDir, "mod", testArgs...)
	// Tests range over maps, so rows come in any order.
	slices.SortStableFunc(rows, func(a, b Row) int {
		return bytes.Compare(answer.Marshal(a), answer.Marshal(b))
	})
	return rows, err
}

func (p patch) apply(dir, module string, imported map[string]bool) error {
	name := filepath.Join(dir, filepath.FromSlash(p.file))
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	lines := strings.Split(string(text), "\n")
	found := 0
	var out []string
	for _, line := range lines {
		out = append(out, line)
		if line == p.line {
			found++
			out = append(out, p.insert)
		}
		if strings.HasPrefix(line, "package ") && !imported[p.file] {
			imported[p.file] = true
			if strings.Contains(p.insert, "typed.") {
				out = append(out, `import typed "`+module+`/oracletyped"`)
			}
			if strings.Contains(p.insert, "oraclechart.") {
				out = append(out, `import "`+module+`/oraclechart"`)
			}
		}
	}
	if found != 1 {
		return fmt.Errorf("%s has the line %q %d times, wanted once", p.file, p.line, found)
	}
	return os.WriteFile(name, []byte(strings.Join(out, "\n")), 0o644)
}

func copyTree(from, to string) error {
	return filepath.WalkDir(from, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, name)
		if err != nil {
			return err
		}
		target := filepath.Join(to, rel)
		if d.IsDir() {
			return os.MkdirAll(target, 0o755)
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		return os.WriteFile(target, bytes.Clone(text), 0o644)
	})
}
