package answer

import (
	"encoding/json"
	"errors"
	"maps"
	"sort"
	"strings"
	"text/template"
	_ "unsafe" // for go:linkname

	"helm.sh/helm/v4/pkg/engine"

	"github.com/pintle/pintle/tools/oracle/typed"
)

// TemplateCase is the input of the template and sprig kinds.
type TemplateCase struct {
	Name       string            `json:"name,omitempty"`
	Tmpl       string            `json:"tmpl"`
	Data       json.RawMessage   `json:"data,omitempty"`
	Defs       map[string]string `json:"defs,omitempty"`
	MissingKey string            `json:"missingkey,omitempty"`
}

// initFunMap is (engine.Engine).initFunMap: Helm's 222 functions, with those
// that need the engine bound to t.
//
//go:linkname initFunMap helm.sh/helm/v4/pkg/engine.Engine.initFunMap
func initFunMap(e engine.Engine, t *template.Template)

// funcMap is engine.funcMap.
//
//go:linkname funcMap helm.sh/helm/v4/pkg/engine.funcMap
func funcMap() template.FuncMap

// HelmFunctions lists the names of Helm's template functions.
func HelmFunctions() []string {
	names := make([]string, 0, 230)
	for name := range maps.Keys(funcMap()) {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// Template is Go's text/template with its builtins alone; the template's name is t.
func Template(input json.RawMessage) (any, error) {
	return run(input, func(t *template.Template) {})
}

// Sprig is text/template with Helm's functions and options.
func Sprig(input json.RawMessage) (any, error) {
	return run(input, func(t *template.Template) {
		t.Option("missingkey=zero")
		initFunMap(engine.Engine{}, t)
	})
}

func run(input json.RawMessage, prepare func(*template.Template)) (any, error) {
	var c TemplateCase
	if err := json.Unmarshal(input, &c); err != nil {
		return nil, err
	}
	data, err := typed.Decode(c.Data)
	if err != nil {
		return nil, err
	}
	t := template.New("t")
	prepare(t)
	if c.MissingKey != "" {
		t.Option("missingkey=" + c.MissingKey)
	}
	names := make([]string, 0, len(c.Defs))
	for name := range c.Defs {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		if _, err := t.New(name).Parse(c.Defs[name]); err != nil {
			return failed(err), nil
		}
	}
	if _, err := t.Parse(c.Tmpl); err != nil {
		return failed(err), nil
	}
	var out limited
	err = t.Execute(&out, data)
	return outcome(out.String(), err), nil
}

// maxOutput ends a template that would print for ever (a range over a huge
// integer, say). It is far above what any case prints.
const maxOutput = 64 << 20

// limited is a strings.Builder that fails past maxOutput.
type limited struct{ strings.Builder }

func (l *limited) Write(p []byte) (int, error) {
	if l.Len()+len(p) > maxOutput {
		return 0, errors.New("oracle: the output is longer than 64 MiB")
	}
	return l.Builder.Write(p)
}
