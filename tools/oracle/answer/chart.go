package answer

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"sort"
	"strings"

	"helm.sh/helm/v4/pkg/chart/common"
	"helm.sh/helm/v4/pkg/chart/common/util"
	"helm.sh/helm/v4/pkg/chart/loader/archive"
	chart "helm.sh/helm/v4/pkg/chart/v2"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
	chartutil "helm.sh/helm/v4/pkg/chart/v2/util"
	"helm.sh/helm/v4/pkg/engine"
	releaseutil "helm.sh/helm/v4/pkg/release/v1/util"
	"helm.sh/helm/v4/pkg/strvals"

	"github.com/pintle/pintle/tools/oracle/typed"
)

// ChartCase is the input of the values, render and coalesce kinds: a chart by
// path or by its files, the user's values as YAML texts and --set arguments.
type ChartCase struct {
	Op       string            `json:"op,omitempty"`
	Chart    string            `json:"chart,omitempty"`
	Files    map[string]string `json:"files,omitempty"`
	FilesB64 map[string]string `json:"files_b64,omitempty"`
	Values   []string          `json:"values,omitempty"`
	Set      []string          `json:"set,omitempty"`
	Dst      string            `json:"dst,omitempty"`
	Src      string            `json:"src,omitempty"`

	Release     *ReleaseCase `json:"release,omitempty"`
	KubeVersion string       `json:"kube_version,omitempty"`
	APIVersions []string     `json:"api_versions,omitempty"`
	Strict      bool         `json:"strict,omitempty"`
	SkipSchema  bool         `json:"skip_schema,omitempty"`
}

// ReleaseCase is what .Release holds.
type ReleaseCase struct {
	Name      string `json:"name"`
	Namespace string `json:"namespace"`
	Revision  int    `json:"revision"`
	IsUpgrade bool   `json:"is_upgrade,omitempty"`
}

func (c ChartCase) load() (*chart.Chart, error) {
	if c.Chart != "" {
		return loader.Load(c.Chart)
	}
	var files []*archive.BufferedFile
	for name, text := range c.Files {
		files = append(files, &archive.BufferedFile{Name: name, Data: []byte(text)})
	}
	for name, text := range c.FilesB64 {
		data, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return nil, err
		}
		files = append(files, &archive.BufferedFile{Name: name, Data: data})
	}
	sort.Slice(files, func(i, j int) bool { return files[i].Name < files[j].Name })
	return loader.LoadFiles(files)
}

func (c ChartCase) user() (map[string]any, error) {
	base := map[string]any{}
	for _, text := range c.Values {
		vals, err := loader.LoadValues(strings.NewReader(text))
		if err != nil {
			return nil, err
		}
		base = loader.MergeMaps(base, vals)
	}
	for _, set := range c.Set {
		if err := strvals.ParseInto(set, base); err != nil {
			return nil, fmt.Errorf("failed parsing --set data: %w", err)
		}
	}
	return base, nil
}

func (c ChartCase) capabilities() (*common.Capabilities, error) {
	caps := common.DefaultCapabilities.Copy()
	if c.KubeVersion != "" {
		kv, err := common.ParseKubeVersion(c.KubeVersion)
		if err != nil {
			return nil, fmt.Errorf("invalid kube version '%s': %w", c.KubeVersion, err)
		}
		caps.KubeVersion = *kv
	}
	caps.APIVersions = append(caps.APIVersions[:len(caps.APIVersions):len(caps.APIVersions)], c.APIVersions...)
	return caps, nil
}

func (c ChartCase) release() common.ReleaseOptions {
	r := ReleaseCase{Name: "release-name", Namespace: "default", Revision: 1}
	if c.Release != nil {
		r = *c.Release
	}
	return common.ReleaseOptions{Name: r.Name, Namespace: r.Namespace, Revision: r.Revision, IsInstall: !r.IsUpgrade, IsUpgrade: r.IsUpgrade}
}

// Coalesce is Helm's merging of values, by op: coalesce and merge (a chart's
// defaults with the user's values), tables and mergetables (dst wins over
// src), load (one multi-document values text).
func Coalesce(input json.RawMessage) (any, error) {
	var c ChartCase
	if err := json.Unmarshal(input, &c); err != nil {
		return nil, err
	}
	switch c.Op {
	case "load":
		vals, err := loader.LoadValues(strings.NewReader(c.Src))
		return valuesOutcome(vals, err), nil
	case "tables", "mergetables":
		dst, err := loader.LoadValues(strings.NewReader(c.Dst))
		if err != nil {
			return nil, err
		}
		src, err := loader.LoadValues(strings.NewReader(c.Src))
		if err != nil {
			return nil, err
		}
		if c.Op == "tables" {
			return valuesOutcome(util.CoalesceTables(dst, src), nil), nil
		}
		return valuesOutcome(util.MergeTables(dst, src), nil), nil
	}
	ch, err := c.load()
	if err != nil {
		return failed(err), nil
	}
	user, err := c.user()
	if err != nil {
		return failed(err), nil
	}
	switch c.Op {
	case "", "coalesce":
		vals, err := util.CoalesceValues(ch, user)
		return valuesOutcome(vals, err), nil
	case "merge":
		vals, err := util.MergeValues(ch, user)
		return valuesOutcome(vals, err), nil
	}
	return nil, fmt.Errorf("no operation %s", c.Op)
}

func valuesOutcome(vals map[string]any, err error) any {
	if err != nil {
		return failed(err)
	}
	return TypedOutcome{Value: typed.Encode(map[string]any(vals))}
}

// ValuesWant is a chart after its dependencies are resolved.
type ValuesWant struct {
	Values       json.RawMessage `json:"values"`
	Dependencies []string        `json:"dependencies"`
}

// Values resolves dependencies (conditions, tags, import-values, aliases) and
// gives the final values and the tree of enabled charts.
func Values(input json.RawMessage) (any, error) {
	var c ChartCase
	if err := json.Unmarshal(input, &c); err != nil {
		return nil, err
	}
	ch, vals, err := c.prepare()
	if err != nil {
		return failed(err), nil
	}
	w := ValuesWant{Values: typed.Encode(plain(vals["Values"])), Dependencies: []string{}}
	var walk func(*chart.Chart)
	walk = func(ch *chart.Chart) {
		w.Dependencies = append(w.Dependencies, ch.ChartFullPath())
		for _, d := range ch.Dependencies() {
			walk(d)
		}
	}
	walk(ch)
	sort.Strings(w.Dependencies)
	return w, nil
}

// plain drops the name of the map type, which the values' reader need not see.
func plain(v any) any {
	if m, isValues := v.(common.Values); isValues {
		return map[string]any(m)
	}
	return v
}

// prepare is what Helm's install does before rendering.
func (c ChartCase) prepare() (*chart.Chart, common.Values, error) {
	ch, err := c.load()
	if err != nil {
		return nil, nil, err
	}
	user, err := c.user()
	if err != nil {
		return nil, nil, err
	}
	caps, err := c.capabilities()
	if err != nil {
		return nil, nil, err
	}
	vals, err := prepared(ch, user, c.release(), caps, c.SkipSchema)
	return ch, vals, err
}

func prepared(ch *chart.Chart, user map[string]any, rel common.ReleaseOptions, caps *common.Capabilities, skip bool) (common.Values, error) {
	if err := chartutil.ProcessDependencies(ch, user); err != nil {
		return nil, fmt.Errorf("chart dependencies processing failed: %w", err)
	}
	vals, err := util.ToRenderValuesWithSchemaValidation(ch, user, rel, caps, skip)
	if err != nil {
		return nil, err
	}
	if kv := ch.Metadata.KubeVersion; kv != "" && !chartutil.IsCompatibleRange(kv, caps.KubeVersion.String()) {
		return nil, fmt.Errorf("chart requires kubeVersion: %s which is incompatible with Kubernetes %s", kv, caps.KubeVersion.Version)
	}
	return vals, nil
}

// Document is one sorted piece of a manifest.
type Document struct {
	Name    string   `json:"name"`
	Kind    string   `json:"kind"`
	Content string   `json:"content"`
	Events  []string `json:"events,omitempty"`
	Weight  int      `json:"weight,omitempty"`
}

// RenderWant is all that rendering gives: every file, and the sorted documents.
type RenderWant struct {
	Files     map[string]string `json:"files"`
	Notes     string            `json:"notes,omitempty"`
	Manifests []Document        `json:"manifests,omitempty"`
	Hooks     []Document        `json:"hooks,omitempty"`
	SortErr   *string           `json:"sort_err,omitempty"`
}

// Render is Helm's whole rendering of one chart.
func Render(input json.RawMessage) (any, error) {
	var c ChartCase
	if err := json.Unmarshal(input, &c); err != nil {
		return nil, err
	}
	ch, vals, err := c.prepare()
	if err != nil {
		return failed(err), nil
	}
	files, err := engine.Engine{Strict: c.Strict}.Render(ch, vals)
	if err != nil {
		return failed(err), nil
	}
	w := RenderWant{Files: map[string]string{}}
	for name, text := range files {
		w.Files[name] = text
		if strings.HasSuffix(name, "NOTES.txt") {
			if name == path.Join(ch.Name(), "templates", "NOTES.txt") {
				w.Notes = text
			}
			delete(files, name)
		}
	}
	w.Hooks, w.Manifests, err = sorted(files)
	if err != nil {
		w.SortErr = str(err.Error())
	}
	return w, nil
}

func sorted(files map[string]string) (hooks, docs []Document, err error) {
	hs, ms, err := releaseutil.SortManifests(files, nil, releaseutil.InstallOrder)
	for _, h := range hs {
		d := Document{Name: h.Path, Kind: h.Kind, Content: h.Manifest, Weight: h.Weight}
		for _, e := range h.Events {
			d.Events = append(d.Events, e.String())
		}
		hooks = append(hooks, d)
	}
	for _, m := range ms {
		docs = append(docs, Document{Name: m.Name, Kind: m.Head.Kind, Content: m.Content})
	}
	return hooks, docs, err
}

// KindSort splits rendered files into documents, sets hooks apart and sorts by kind.
func KindSort(input json.RawMessage) (any, error) {
	var c struct {
		Files map[string]string `json:"files"`
	}
	if err := json.Unmarshal(input, &c); err != nil {
		return nil, err
	}
	hooks, docs, err := sorted(c.Files)
	if err != nil {
		return failed(err), nil
	}
	return RenderWant{Files: map[string]string{}, Manifests: docs, Hooks: hooks}, nil
}

// SchemaCase is the input of the schema kind: one schema and values, or a whole chart.
type SchemaCase struct {
	Schema *string `json:"schema,omitempty"`
	YAML   string  `json:"yaml,omitempty"`
	ChartCase
}

// Schema is Helm's validation of values; ok is empty.
func Schema(input json.RawMessage) (any, error) {
	var c SchemaCase
	if err := json.Unmarshal(input, &c); err != nil {
		return nil, err
	}
	if c.Schema == nil {
		_, _, err := c.prepare()
		return outcome("", err), nil
	}
	vals, err := common.ReadValues([]byte(c.YAML))
	if err != nil {
		return nil, errors.Join(errors.New("yaml"), err)
	}
	return outcome("", util.ValidateAgainstSingleSchema(vals, []byte(*c.Schema))), nil
}
