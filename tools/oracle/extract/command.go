package extract

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sort"
	"strings"

	"github.com/pintle/pintle/tools/oracle/answer"
	"github.com/pintle/pintle/tools/oracle/typed"
)

// commandTable is every `helm template`, `helm lint` and `helm show` that
// Helm's command tests run on local charts, with what the real command prints.
// Helm's own goldens are made by test builds, which know Kubernetes 1.20; these
// answers are of an ordinary build.
func commandTable(r *run) error {
	rows, err := r.harvested("command")
	if err != nil {
		return err
	}
	helm, err := output("go", "list", "-m", "-f", "{{.Dir}}", "helm.sh/helm/v4")
	if err != nil {
		return err
	}
	dir := filepath.Join(r.temp, "cmd")
	if err := copyTree(filepath.Join(helm, "pkg", "cmd", "testdata"), filepath.Join(dir, "testdata")); err != nil {
		return err
	}
	used := map[string]bool{}
	files := map[string][]Case{}
	all, err := commandLines(rows)
	if err != nil {
		return err
	}
	for _, args := range all {
		name := strings.Join(args, " ")
		if why := outside(args); why != "" {
			r.notApplicable("helm-command", args[0], tempPath.ReplaceAllString(name, "/tmp/…"), why)
			continue
		}
		want, err := runHelm(dir, args)
		if err != nil {
			return err
		}
		// Messages of a schema come in the order of a Go map: two are often
		// equal by chance.
		rounds := 1
		if strings.Contains(string(answer.Marshal(want)), "- at '") {
			rounds = 12
		}
		again := want
		for n := 0; n < rounds && string(answer.Marshal(want)) == string(answer.Marshal(again)); n++ {
			if again, err = runHelm(dir, args); err != nil {
				return err
			}
		}
		if strings.Contains(string(answer.Marshal(want)), dir) {
			r.notApplicable("helm-command", args[0], name, "the output names an absolute folder")
			continue
		}
		if string(answer.Marshal(want)) != string(answer.Marshal(again)) {
			r.notApplicable("helm-command", args[0], name, "the output differs from run to run")
			continue
		}
		for _, arg := range args {
			arg = strings.TrimPrefix(arg, "--values=")
			if _, err := os.Stat(filepath.Join(dir, arg)); err == nil && strings.Contains(arg, "testdata/") {
				used[filepath.ToSlash(filepath.Clean(arg))] = true
			}
		}
		file := "helm-command.json"
		if args[0] == "template" {
			file = "helm-template.json"
		}
		files[file] = append(files[file], Case{"name": name, "args": args, "want": want})
	}
	for _, file := range []string{"helm-template.json", "helm-command.json"} {
		if err := r.write(file, files[file]); err != nil {
			return err
		}
	}
	return r.writeFixtures(dir, used)
}

// commandLines are the tests' own, then those of inputs/command.json.
func commandLines(rows []Row) ([][]string, error) {
	var all [][]string
	for _, row := range rows {
		var args []string
		if err := json.Unmarshal(row["args"], &args); err != nil {
			return nil, err
		}
		all = append(all, args)
	}
	raw, err := inputFiles.ReadFile("inputs/command.json")
	if err != nil {
		return nil, err
	}
	var more [][]string
	if err := json.Unmarshal(raw, &more); err != nil {
		return nil, err
	}
	return append(all, more...), nil
}

// tempPath is a folder of one test run.
var tempPath = regexp.MustCompile(`/tmp/[^ ]*`)

// outside says why a command cannot be a case.
func outside(args []string) string {
	for _, arg := range args {
		switch {
		case strings.HasPrefix(arg, "/") || strings.Contains(arg, "=/"):
			return "names a folder that the test made"
		case strings.Contains(arg, "://"):
			return "needs a server"
		case strings.HasPrefix(arg, "--post-renderer"):
			return "runs a plug-in"
		case strings.Contains(arg, "__complete"), arg == "--help":
			return "asks for help or completion"
		}
	}
	return ""
}

func runHelm(dir string, args []string) (Case, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	home := filepath.Join(dir, "home")
	var stdout, stderr bytes.Buffer
	cmd := exec.Command(self, append([]string{"helm"}, args...)...)
	cmd.Dir = dir
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	cmd.Env = []string{"HOME=" + home, "PATH=" + os.Getenv("PATH"), "TZ=UTC", "LANG=C.UTF-8"}
	exit := 0
	var status *exec.ExitError
	if err := cmd.Run(); errors.As(err, &status) {
		exit = status.ExitCode()
	} else if err != nil {
		return nil, err
	}
	want := Case{"exit": exit, "stdout": stdout.String()}
	if stderr.Len() > 0 {
		want["stderr"] = stderr.String()
	}
	return want, nil
}

// writeFixtures stores every file that the commands read, by its path.
func (r *run) writeFixtures(dir string, used map[string]bool) error {
	files := map[string]json.RawMessage{}
	for root := range used {
		err := filepath.WalkDir(filepath.Join(dir, root), func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			data, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			rel, err := filepath.Rel(dir, name)
			if err != nil {
				return err
			}
			files[filepath.ToSlash(rel)] = typed.Encode(string(data))
			return nil
		})
		if err != nil {
			return err
		}
	}
	paths := make([]string, 0, len(files))
	for path := range files {
		paths = append(paths, path)
	}
	sort.Strings(paths)
	var cases []Case
	for _, path := range paths {
		cases = append(cases, Case{"path": path, "data": files[path]})
	}
	if len(cases) == 0 {
		return fmt.Errorf("no fixture is used")
	}
	return r.write("helm-fixtures.json", cases)
}
