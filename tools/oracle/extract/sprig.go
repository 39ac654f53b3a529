package extract

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"time"

	"github.com/pintle/pintle/tools/oracle/answer"
	"github.com/pintle/pintle/tools/oracle/typed"
)

// sprigRounds is how often a template is rendered to see whether its answer is
// stable (random, clock, map order).
const sprigRounds = 25

// sprigBudget ends the rounds of slow templates (key generation) early.
const sprigBudget = 200 * time.Millisecond

// timeBound finds functions whose answer depends on the clock but may look stable here.
var timeBound = regexp.MustCompile(`\b(now|ago|unixEpoch now|htmlDate now|genCA|genSelfSigned|genSigned|genPrivateKey|rand[A-Z]\w*|shuffle|uuidv4|bcrypt|htpasswd|getHostByName|encryptAES)\b`)

// sprigTable is every template that sprig's tests render, and the traps in
// inputs/sprig.json, answered with Helm's functions.
func sprigTable(r *run) error {
	record := `	typed.Record(map[string]interface{}{"tmpl": typed.Encode(tpl), "data": typed.Encode(vars)})`
	rows, err := r.module("github.com/Masterminds/sprig/v3", []patch{
		{"functions_test.go", "func runtv(tpl, expect string, vars interface{}) error {", record},
		{"functions_test.go", "func runRaw(tpl string, vars interface{}) (string, error) {", record},
		// What comes after looks at an answer that needs a network.
		{"network_test.go", "	resolvedIP, _ := runRaw(tpl, nil)", `	t.SkipNow()`},
	}, nil, "-run", "Test", ".")
	if err != nil {
		return err
	}
	set := newCaseSet()
	made := 0
	for _, row := range rows {
		tmpl := row.text("tmpl")
		if why := typed.Inexpressible(row["data"]); why != "" {
			r.notApplicable("sprig", "sprig", tmpl, "the data holds a Go "+why)
			continue
		}
		if strings.Contains(tmpl, "buildCustomCert") {
			made++
			continue
		}
		c := Case{"tmpl": tmpl}
		if data := string(row["data"]); data != `{"$map":"map[string]string","entries":[]}` {
			c["data"] = row["data"]
		}
		set.add("sprig", c)
	}
	r.notApplicable("sprig", "buildCustomCert", fmt.Sprintf("%d templates", made), "the test makes the certificate in its template at random")
	traps, err := inputs("sprig.json")
	if err != nil {
		return err
	}
	for _, c := range traps {
		set.add("trap", c)
	}
	return r.answered("sprig", "sprig.json", set.cases)
}

// answered asks template or sprig, leaving out what has no stable answer. The
// second half of the rounds is a process of its own, for random seeds.
func (r *run) answered(kind, file string, list []Case) error {
	var cases []Case
	again, err := askProcess(kind, list)
	if err != nil {
		return err
	}
	for i, c := range list {
		tmpl := fmt.Sprint(c["tmpl"])
		want := ask(answer.Kinds[kind], c)
		stable := string(want) == string(again[i])
		start := time.Now()
		for n := 0; n < sprigRounds && stable && (n < 2 || time.Since(start) < sprigBudget); n++ {
			stable = string(ask(answer.Kinds[kind], c)) == string(want)
		}
		switch {
		case strings.Contains(string(want), `"oracle: the output`):
			r.notApplicable(kind, fmt.Sprint(c["name"]), tmpl, "prints more than the oracle's limit")
		case strings.Contains(string(want), `"malformed"`) || strings.Contains(string(want), `"panic"`):
			return fmt.Errorf("%s: %s", tmpl, want)
		case strings.Contains(string(want), `function \"env\" not defined`), strings.Contains(string(want), `function \"expandenv\" not defined`):
			r.notApplicable(kind, fmt.Sprint(c["name"]), tmpl, "Helm has no env and expandenv")
		case today(string(want)):
			r.notApplicable(kind, fmt.Sprint(c["name"]), tmpl, "depends on the clock, the network or random numbers")
		case !stable:
			r.notApplicable(kind, fmt.Sprint(c["name"]), tmpl, "the answer differs from run to run")
		case timeBound.MatchString(tmpl) && strings.Contains(string(want), `{"ok`) && c["stable"] != true:
			r.notApplicable(kind, fmt.Sprint(c["name"]), tmpl, "depends on the clock, the network or random numbers")
		default:
			delete(c, "stable")
			c["want"] = want
			cases = append(cases, c)
		}
	}
	return r.write(file, cases)
}

// today tells whether an answer names the present day or year: sprig's date
// functions take the clock for anything that is no time.
func today(want string) bool {
	now := time.Now().UTC()
	for _, layout := range []string{"2006", "02 Jan 06", "02/01/06", "02-Jan-06"} {
		if strings.Contains(want, now.Format(layout)) {
			return true
		}
	}
	return false
}

// askProcess asks a fresh process of this program.
func askProcess(kind string, list []Case) ([]json.RawMessage, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	var in strings.Builder
	for _, c := range list {
		fmt.Fprintf(&in, "%s\n", answer.Marshal(c))
	}
	cmd := exec.Command(self, kind)
	cmd.Stdin = strings.NewReader(in.String())
	out, err := cmd.Output()
	if err != nil {
		return nil, err
	}
	lines := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	if len(lines) != len(list) {
		return nil, fmt.Errorf("%d answers to %d cases", len(lines), len(list))
	}
	answers := make([]json.RawMessage, len(lines))
	for i, line := range lines {
		answers[i] = json.RawMessage(line)
	}
	return answers, nil
}
