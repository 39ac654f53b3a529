// Command oracle answers what Go and Helm do with a given input, so that
// another implementation can be compared with them, and extracts their own
// test tables as data. README.md has the commands and formats.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sort"
	"strings"

	"github.com/pintle/pintle/tools/oracle/answer"
	"github.com/pintle/pintle/tools/oracle/extract"
)

func main() {
	if len(os.Args) < 2 {
		usage()
	}
	name, rest := os.Args[1], os.Args[2:]
	var err error
	switch {
	case name == "helm":
		os.Exit(helm(rest))
	case name == "bench":
		err = answer.Bench(rest, os.Stdout)
	case name == "extract":
		err = extract.Run(rest)
	case answer.Kinds[name] != nil:
		answer.Quiet()
		err = serve(answer.Kinds[name], os.Stdin, os.Stdout)
	default:
		usage()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "oracle:", err)
		os.Exit(1)
	}
}

func usage() {
	names := make([]string, 0, len(answer.Kinds))
	for name := range answer.Kinds {
		names = append(names, name)
	}
	sort.Strings(names)
	fmt.Fprintf(os.Stderr, "usage: oracle KIND                one JSON case a line on stdin, one answer a line on stdout\n"+
		"       oracle bench CASES.json [ID…]\n       oracle helm ARGS…\n       oracle extract [-o DIR] all|TABLE…\nKIND: %s\n", strings.Join(names, " "))
	os.Exit(2)
}

// serve answers line by line and flushes each answer, so that a caller can
// keep one process for many cases.
func serve(kind answer.Kind, in io.Reader, out io.Writer) error {
	r, w := bufio.NewReaderSize(in, 1<<20), bufio.NewWriter(out)
	for {
		line, err := r.ReadBytes('\n')
		if len(line) > 1 {
			if _, werr := w.Write(append(answer.Line(kind, json.RawMessage(line)), '\n')); werr != nil {
				return werr
			}
			if werr := w.Flush(); werr != nil {
				return werr
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
