package extract

import (
	"encoding/json"
	"strings"

	"github.com/pintle/pintle/tools/oracle/answer"
	"github.com/pintle/pintle/tools/oracle/typed"
)

// fmtTable is fmt's own tables of formats. A row stays when its arguments can
// be given as data; `exact` says that the oracle's decoder rebuilds them so
// fully that fmt prints the same (else types with methods or names of their
// own are in play).
func fmtTable(r *run) error {
	rows, err := r.std("fmt", "fmt.go.txt")
	if err != nil {
		return err
	}
	var cases, complexes []Case
	for _, row := range rows {
		what := string(row["format"]) + " " + string(row["args"])
		name := strings.Trim(string(row["format"]), `"`)
		if string(row["same"]) != "true" {
			r.notApplicable("fmt", name, what, "prints an address")
			continue
		}
		if why := typed.Inexpressible(row["args"]); why != "" {
			r.notApplicable("fmt", name, what, "an argument is "+why)
			continue
		}
		var args []json.RawMessage
		if err := json.Unmarshal(row["args"], &args); err != nil {
			return err
		}
		c := Case{"name": row.text("source") + " " + name, "format": row["format"], "args": args, "want": row["want"]}
		got := ask(answer.Fmt, answer.FmtCase{Format: row["format"], Args: args})
		if again, ok := okText(got); ok && string(typed.Encode(again)) == string(row["want"]) {
			c["exact"] = true
		}
		if strings.Contains(string(row["args"]), `{"$complex`) {
			complexes = append(complexes, c)
		} else {
			cases = append(cases, c)
		}
	}
	if err := r.write("fmt-complex.json", complexes); err != nil {
		return err
	}
	return r.write("fmt.json", cases)
}

// okText is the text of an answer that is no error.
func okText(line json.RawMessage) (string, bool) {
	var o answer.Outcome
	if err := json.Unmarshal(line, &o); err != nil {
		return "", false
	}
	return o.Text()
}
