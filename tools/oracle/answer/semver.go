package answer

import (
	"encoding/json"
	"fmt"

	"github.com/Masterminds/semver/v3"
	"helm.sh/helm/v4/pkg/strvals"

	"github.com/pintle/pintle/tools/oracle/typed"
)

// SemverCase is the input of the semver kind.
type SemverCase struct {
	Op                string   `json:"op"`
	V                 string   `json:"v,omitempty"`
	Versions          []string `json:"versions,omitempty"`
	C                 string   `json:"c,omitempty"`
	IncludePrerelease bool     `json:"include_prerelease,omitempty"`
	Text              string   `json:"text,omitempty"`
}

// SemverVersion is a version taken apart.
type SemverVersion struct {
	String     string `json:"string"`
	Original   string `json:"original"`
	Major      uint64 `json:"major"`
	Minor      uint64 `json:"minor"`
	Patch      uint64 `json:"patch"`
	Prerelease string `json:"prerelease"`
	Metadata   string `json:"metadata"`
}

func version(v *semver.Version) SemverVersion {
	return SemverVersion{v.String(), v.Original(), v.Major(), v.Minor(), v.Patch(), v.Prerelease(), v.Metadata()}
}

// SemverCheck is what a constraint says about one version.
type SemverCheck struct {
	Version string   `json:"version"`
	Err     *string  `json:"err,omitempty"`
	Check   bool     `json:"check"`
	Valid   bool     `json:"valid"`
	Errors  []string `json:"errors,omitempty"`
}

// SemverConstraint is a constraint's text and its checks.
type SemverConstraint struct {
	String string        `json:"string"`
	Checks []SemverCheck `json:"checks,omitempty"`
}

// Semver is Masterminds' semver: version, strict, compare, constraint,
// incmajor, incminor, incpatch, setprerelease, setmetadata.
func Semver(input json.RawMessage) (any, error) {
	var c SemverCase
	if err := json.Unmarshal(input, &c); err != nil {
		return nil, err
	}
	if c.Op == "constraint" {
		return constraint(c)
	}
	parse := semver.NewVersion
	if c.Op == "strict" {
		parse = semver.StrictNewVersion
	}
	if c.Op == "compare" {
		return compare(c)
	}
	v, err := parse(c.V)
	if err != nil {
		return failed(err), nil
	}
	var next semver.Version
	switch c.Op {
	case "version", "strict":
		return version(v), nil
	case "incmajor":
		next = v.IncMajor()
	case "incminor":
		next = v.IncMinor()
	case "incpatch":
		next = v.IncPatch()
	case "setprerelease":
		next, err = v.SetPrerelease(c.Text)
	case "setmetadata":
		next, err = v.SetMetadata(c.Text)
	default:
		return nil, fmt.Errorf("no operation %s", c.Op)
	}
	if err != nil {
		return failed(err), nil
	}
	return version(&next), nil
}

func compare(c SemverCase) (any, error) {
	if len(c.Versions) != 2 {
		return nil, fmt.Errorf("compare needs two versions")
	}
	a, err := semver.NewVersion(c.Versions[0])
	if err != nil {
		return failed(err), nil
	}
	b, err := semver.NewVersion(c.Versions[1])
	if err != nil {
		return failed(err), nil
	}
	return map[string]any{"compare": a.Compare(b), "equal": a.Equal(b)}, nil
}

func constraint(c SemverCase) (any, error) {
	con, err := semver.NewConstraint(c.C)
	if err != nil {
		return failed(err), nil
	}
	con.IncludePrerelease = c.IncludePrerelease
	w := SemverConstraint{String: con.String()}
	for _, text := range c.Versions {
		check := SemverCheck{Version: text}
		if v, err := semver.NewVersion(text); err != nil {
			check.Err = str(err.Error())
		} else {
			check.Check = con.Check(v)
			valid, errs := con.Validate(v)
			check.Valid = valid
			for _, e := range errs {
				check.Errors = append(check.Errors, e.Error())
			}
		}
		w.Checks = append(w.Checks, check)
	}
	return w, nil
}

// StrvalsCase is the input of the strvals kind. Files are what set-file reads.
type StrvalsCase struct {
	Op    string            `json:"op"`
	Input string            `json:"input"`
	Into  json.RawMessage   `json:"into,omitempty"`
	Files map[string]string `json:"files,omitempty"`
}

// Strvals is Helm's --set family: set, set-string, set-json, set-file, set-literal.
func Strvals(input json.RawMessage) (any, error) {
	var c StrvalsCase
	if err := json.Unmarshal(input, &c); err != nil {
		return nil, err
	}
	into, err := typed.Decode(c.Into)
	if err != nil {
		return nil, err
	}
	dest, isMap := into.(map[string]any)
	if into == nil {
		dest = map[string]any{}
	} else if !isMap {
		return nil, fmt.Errorf("into must be an object")
	}
	switch c.Op {
	case "set":
		err = strvals.ParseInto(c.Input, dest)
	case "set-string":
		err = strvals.ParseIntoString(c.Input, dest)
	case "set-json":
		err = strvals.ParseJSON(c.Input, dest)
	case "set-literal":
		err = strvals.ParseLiteralInto(c.Input, dest)
	case "set-file":
		err = strvals.ParseIntoFile(c.Input, dest, func(rs []rune) (any, error) {
			content, found := c.Files[string(rs)]
			if !found {
				return nil, fmt.Errorf("open %s: no such file or directory", string(rs))
			}
			return content, nil
		})
	default:
		return nil, fmt.Errorf("no operation %s", c.Op)
	}
	if err != nil {
		return failed(err), nil
	}
	return TypedOutcome{Value: typed.Encode(dest)}, nil
}
