package extract

import (
	"bufio"
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/pintle/pintle/tools/oracle/typed"
)

// dumps are the test files that print tables. They end in .txt so that they
// are no part of this module's build.
//
//go:embed dumps
var dumps embed.FS

// inputFiles are hand-written inputs: traps that no test of Go's covers.
//
//go:embed inputs
var inputFiles embed.FS

// recorder is compiled beside the typed encoder: Record appends one row.
const recorder = `package typed

import (
	"bytes"
	"encoding/json"
	"os"
	"sync"
)

var recordLock sync.Mutex

// RecordJSON records a value if encoding/json can write it.
func RecordJSON(key string, v any) {
	defer func() { _ = recover() }()
	if raw, err := json.Marshal(v); err == nil {
		Record(map[string]any{key: json.RawMessage(raw)})
	}
}

func Record(row map[string]any) {
	recordLock.Lock()
	defer recordLock.Unlock()
	var line bytes.Buffer
	enc := json.NewEncoder(&line)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(row); err != nil {
		panic(err)
	}
	f, err := os.OpenFile(os.Getenv("ORACLE_ROWS"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		panic(err)
	}
	defer f.Close()
	if _, err := f.Write(line.Bytes()); err != nil {
		panic(err)
	}
}
`

// Row is what a dump recorded: its members still as JSON.
type Row map[string]json.RawMessage

func (r Row) text(key string) string {
	var s string
	if err := json.Unmarshal(r[key], &s); err != nil {
		return ""
	}
	return s
}

// std compiles a dump into a package of the standard library and runs it.
func (r *run) std(pkg, dump string) ([]Row, error) {
	goroot, err := output("go", "env", "GOROOT")
	if err != nil {
		return nil, err
	}
	src := filepath.Join(goroot, "src")
	source, err := dumps.ReadFile("dumps/" + dump)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{
		filepath.Join(src, filepath.FromSlash(pkg), "oracle_dump_test.go"): bytes.ReplaceAll(source, []byte("ORACLE/typed"), []byte("internal/oracletyped")),
		filepath.Join(src, "internal", "oracletyped", "encode.go"):         typed.Source,
		filepath.Join(src, "internal", "oracletyped", "record.go"):         []byte(recorder),
	}
	overlay := map[string]map[string]string{"Replace": {}}
	dir, err := os.MkdirTemp(r.temp, "std-")
	if err != nil {
		return nil, err
	}
	for target, content := range files {
		local := filepath.Join(dir, fmt.Sprintf("%d.go", len(overlay["Replace"])))
		if err := os.WriteFile(local, content, 0o644); err != nil {
			return nil, err
		}
		overlay["Replace"][target] = local
	}
	raw, err := json.Marshal(overlay)
	if err != nil {
		return nil, err
	}
	list := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(list, raw, 0o644); err != nil {
		return nil, err
	}
	return r.test(src, "", "-overlay", list, "-vet=off", "-run", "^TestOracleDump$", pkg)
}

// test runs go test in a folder and reads the rows that were recorded. A
// failing test is no failure here when it recorded anything (tables of tests
// that need a network, say, end early).
func (r *run) test(dir, mod string, args ...string) ([]Row, error) {
	rows := filepath.Join(r.temp, "rows.jsonl")
	if err := os.Remove(rows); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	cmd := exec.Command("go", append([]string{"test", "-count=1"}, args...)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "ORACLE_ROWS="+rows, "TZ=UTC")
	if mod != "" {
		cmd.Env = append(cmd.Env, "GOFLAGS=-buildvcs=false -mod="+mod)
	}
	out, testErr := cmd.CombinedOutput()
	f, err := os.Open(rows)
	if err != nil {
		return nil, fmt.Errorf("go test recorded nothing: %w\n%s", testErr, out)
	}
	defer f.Close()
	if testErr != nil {
		fmt.Fprintf(os.Stderr, "go test %v: %v\n%s", args, testErr, tail(out))
	}
	var result []Row
	in := bufio.NewReader(f)
	for {
		line, err := in.ReadBytes('\n')
		if len(line) > 1 {
			var row Row
			if err := json.Unmarshal(line, &row); err != nil {
				return nil, err
			}
			result = append(result, row)
		}
		if errors.Is(err, io.EOF) {
			return result, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

func tail(out []byte) []byte {
	const keep = 1500
	if len(out) > keep {
		return out[len(out)-keep:]
	}
	return out
}

func output(name string, args ...string) (string, error) {
	out, err := exec.Command(name, args...).Output()
	return strings.TrimSpace(string(out)), err
}
