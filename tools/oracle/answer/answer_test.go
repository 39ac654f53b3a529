package answer

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func check(t *testing.T, kind, input, want string) {
	t.Helper()
	if got := string(Line(Kinds[kind], json.RawMessage(input))); got != want {
		t.Errorf("%s %s\n gives %s\n  want %s", kind, input, got, want)
	}
}

func TestKinds(t *testing.T) {
	Quiet()
	if n := len(HelmFunctions()); n != 222 {
		// fail and getHostByName are replaced, not added.
		t.Errorf("Helm has %d functions, want 222", n)
	}
	check(t, "template", `{"tmpl":"{{.a}} {{printf \"%T\" .b}}","data":{"a":1.0,"b":2}}`, `{"ok":"1 int"}`)
	check(t, "template", `{"tmpl":"{{upper .}}"}`, `{"err":"template: t:1: function \"upper\" not defined"}`)
	check(t, "template", `{"tmpl":"{{slice . 0 2}}","data":"hé"}`, `{"ok_b64":"aMM="}`)
	check(t, "sprig", `{"tmpl":"{{upper .}}{{include \"x\" .}}","data":"a","defs":{"x":"!"}}`, `{"ok":"A!"}`)
	check(t, "yaml", `{"yaml":"a: 1e6"}`, `{"json":"{\"a\":1000000}","toyaml":"a: 1000000\n","pretty":"a: 1e+06\n"}`)
	check(t, "fmt", `{"format":"%05d|%v","args":[{"$int8":-3},[1,null]]}`, `{"ok":"-0003|[1 <nil>]"}`)
	check(t, "regexp", `{"op":"replace","pattern":"(a)(b)?","input":"aab","repl":"<$2>"}`, `{"text":"<><b>"}`)
	check(t, "semver", `{"op":"version","v":"1.02"}`, `{"string":"1.2.0","original":"1.02","major":1,"minor":2,"patch":0,"prerelease":"","metadata":""}`)
	check(t, "strvals", `{"op":"set","input":"a=1,b=1.5"}`, `{"value":{"a":{"$int64":1},"b":"1.5"}}`)
	check(t, "coalesce", `{"files":{"Chart.yaml":"{name: c, version: 1.0.0}","values.yaml":"a: 1\nb: 2\n"},"values":["a: null"]}`, `{"value":{"b":2.0}}`)
	check(t, "schema", `{"schema":"{\"required\":[\"a\"]}","yaml":"b: 1"}`, `{"err":"- at '': missing property 'a'\n"}`)
	check(t, "time", `{"op":"format","layout":"2006-01-02 MST","unix":0,"zone":"America/New_York"}`, `{"ok":"1969-12-31 EST"}`)
	check(t, "strconv", `{"op":"format","f":1e6,"fmt":"g","prec":-1}`, `{"ok":"1e+06"}`)
	check(t, "quote", `{"op":"ascii","text":"é"}`, `{"ok":"\"\\u00e9\""}`)
	check(t, "kindsort", `{"files":{"a":"kind: Pod\n---\nkind: Secret\n"}}`, `{"files":{},"manifests":[{"name":"a","kind":"Secret","content":"kind: Secret\n"},{"name":"a","kind":"Pod","content":"kind: Pod\n"}]}`)
	check(t, "fmt", `{"args":`, `{"malformed":"unexpected end of JSON input"}`)
}

func TestOutputLimit(t *testing.T) {
	check(t, "template", `{"tmpl":"{{range 67}}{{printf \"%1000000d\" 1 | slice}}{{end}}{{slice \"x\" 1}}{{break}}"}`, `{"err":"template: t:1: {{break}} outside {{range}}"}`)
	check(t, "template", `{"tmpl":"{{range 9000000000}}{{printf \"%1000000d\" 1}}{{end}}"}`, `{"err":"oracle: the output is longer than 64 MiB"}`)
}

// TestData asks the committed cases again, so that neither a changed pin nor
// an edit by hand goes unseen. extract.sh --check compares the files whole.
func TestData(t *testing.T) {
	Quiet()
	for file, kind := range map[string]string{"template-traps": "template", "sprig": "sprig", "yaml": "yaml", "strvals": "strvals", "semver": "semver", "schema": "schema", "kindsort": "kindsort", "quote": "quote"} {
		f, err := os.Open(filepath.Join("..", "..", "..", "conformance", "data", file+".json"))
		if err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(f)
		lines.Buffer(nil, 4<<20)
		n := 0
		for lines.Scan() {
			line := strings.TrimSuffix(lines.Text(), ",")
			if !strings.HasPrefix(line, "{") {
				continue
			}
			var c struct{ Want json.RawMessage }
			if err := json.Unmarshal([]byte(line), &c); err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			n++
			check(t, kind, line, string(c.Want))
		}
		if err := f.Close(); err != nil || lines.Err() != nil || n == 0 {
			t.Errorf("%s: %d cases, %v %v", file, n, err, lines.Err())
		}
	}
}
