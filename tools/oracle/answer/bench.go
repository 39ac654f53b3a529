package answer

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"helm.sh/helm/v4/pkg/chart/v2/loader"
	"helm.sh/helm/v4/pkg/engine"
	releaseutil "helm.sh/helm/v4/pkg/release/v1/util"
)

// Time and rounds spent on one case: enough for a stable best, and no more
// than a few seconds for the slowest chart.
const (
	benchBudget    = 300 * time.Millisecond
	benchMinRounds = 3
	benchMaxRounds = 200
)

// BenchCase is the part of a cases.json entry that the bench reads.
type BenchCase struct {
	ID    string   `json:"id"`
	Chart string   `json:"chart"`
	Args  []string `json:"args"`
	Class string   `json:"class"`
}

// BenchResult is one case's times: total from the loaded chart and the merged
// user values to the sorted manifest, render without dependencies and values.
type BenchResult struct {
	ID           string `json:"id"`
	Rounds       int    `json:"rounds"`
	BestNS       int64  `json:"best_ns"`
	MedianNS     int64  `json:"median_ns"`
	RenderBestNS int64  `json:"render_best_ns"`
	RenderMedNS  int64  `json:"render_median_ns"`
	Bytes        int    `json:"bytes"`
	Err          string `json:"err,omitempty"`
}

// Bench times Helm's rendering of the ok cases of a cases.json, one line a case.
func Bench(args []string, out io.Writer) error {
	if len(args) == 0 {
		return fmt.Errorf("bench needs a cases.json, and may name the ids to run")
	}
	Quiet()
	raw, err := os.ReadFile(args[0])
	if err != nil {
		return err
	}
	var cases []BenchCase
	if err := json.Unmarshal(raw, &cases); err != nil {
		return err
	}
	for _, c := range cases {
		if (c.Class != "ok" && c.Class != "") || (len(args) > 1 && !slices.Contains(args[1:], c.ID)) {
			continue
		}
		r, err := benchOne(c, filepath.Dir(args[0]))
		if err != nil {
			r.Err = err.Error()
		}
		r.ID = c.ID
		if _, err := fmt.Fprintf(out, "%s\n", Marshal(r)); err != nil {
			return err
		}
	}
	return nil
}

// chartCase reads the flags that the corpus uses.
func (b BenchCase) chartCase(dir string) (ChartCase, error) {
	c := ChartCase{Chart: filepath.Join(dir, b.Chart), Release: &ReleaseCase{Namespace: "default", Revision: 1}}
	for i := 0; i < len(b.Args); i++ {
		arg := b.Args[i]
		next := func() string {
			if i+1 < len(b.Args) {
				i++
			}
			return b.Args[i]
		}
		switch arg {
		case "template":
			c.Release.Name = next()
		case b.Chart, "--include-crds":
		case "--namespace":
			c.Release.Namespace = next()
		case "--kube-version":
			c.KubeVersion = next()
		case "--api-versions":
			c.APIVersions = append(c.APIVersions, next())
		case "--set":
			c.Set = append(c.Set, next())
		case "-f", "--values":
			text, err := os.ReadFile(filepath.Join(dir, next()))
			if err != nil {
				return c, err
			}
			c.Values = append(c.Values, string(text))
		default:
			return c, fmt.Errorf("flag %s is not known to the bench", arg)
		}
	}
	return c, nil
}

func benchOne(b BenchCase, dir string) (r BenchResult, err error) {
	c, err := b.chartCase(dir)
	if err != nil {
		return r, err
	}
	archive, err := os.ReadFile(c.Chart)
	if err != nil {
		return r, err
	}
	caps, err := c.capabilities()
	if err != nil {
		return r, err
	}
	var total, render []int64
	for start := time.Now(); len(total) < benchMinRounds || (time.Since(start) < benchBudget && len(total) < benchMaxRounds); {
		// Rendering changes both the chart (dependencies) and the values, so
		// each round has its own.
		ch, err := loader.LoadArchive(strings.NewReader(string(archive)))
		if err != nil {
			return r, err
		}
		user, err := c.user()
		if err != nil {
			return r, err
		}
		t0 := time.Now()
		vals, err := prepared(ch, user, c.release(), caps, false)
		if err != nil {
			return r, err
		}
		t1 := time.Now()
		files, err := engine.Engine{}.Render(ch, vals)
		if err != nil {
			return r, err
		}
		for name := range files {
			if strings.HasSuffix(name, "NOTES.txt") {
				delete(files, name)
			}
		}
		_, manifests, err := releaseutil.SortManifests(files, nil, releaseutil.InstallOrder)
		if err != nil {
			return r, err
		}
		var doc strings.Builder
		for _, m := range manifests {
			fmt.Fprintf(&doc, "---\n# Source: %s\n%s\n", m.Name, m.Content)
		}
		t2 := time.Now()
		total, render = append(total, t2.Sub(t0).Nanoseconds()), append(render, t2.Sub(t1).Nanoseconds())
		r.Bytes = doc.Len()
	}
	slices.Sort(total)
	slices.Sort(render)
	r.Rounds = len(total)
	r.BestNS, r.MedianNS = total[0], total[len(total)/2]
	r.RenderBestNS, r.RenderMedNS = render[0], render[len(render)/2]
	return r, nil
}
