// Package answer has one function per kind of case; each reads a case as JSON
// and returns what Go's or Helm's own code makes of it.
package answer

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"log/slog"
	"os"
	"time"
	"unicode/utf8"
)

// Kind answers one case. An error means that the case itself is malformed.
type Kind func(input json.RawMessage) (any, error)

// Kinds by the name of their command.
var Kinds = map[string]Kind{
	"coalesce": Coalesce,
	"fmt":      Fmt,
	"kindsort": KindSort,
	"quote":    Quote,
	"regexp":   Regexp,
	"render":   Render,
	"schema":   Schema,
	"semver":   Semver,
	"sprig":    Sprig,
	"strconv":  Strconv,
	"strvals":  Strvals,
	"template": Template,
	"time":     Time,
	"values":   Values,
	"yaml":     YAML,
}

// Outcome is a text or an error's text, never both. Text that is not UTF-8
// travels as base64.
type Outcome struct {
	OK    *string `json:"ok,omitempty"`
	OKB64 *string `json:"ok_b64,omitempty"`
	Err   *string `json:"err,omitempty"`
}

func ok(text string) Outcome {
	if !utf8.ValidString(text) {
		b := base64.StdEncoding.EncodeToString([]byte(text))
		return Outcome{OKB64: &b}
	}
	return Outcome{OK: &text}
}

func failed(err error) Outcome {
	text := err.Error()
	return Outcome{Err: &text}
}

func outcome(text string, err error) Outcome {
	if err != nil {
		return failed(err)
	}
	return ok(text)
}

func str(s string) *string { return &s }

// Quiet sends the libraries' warnings to nowhere and fixes the time zone.
func Quiet() {
	slog.SetDefault(slog.New(slog.NewTextHandler(io.Discard, nil)))
	log.SetOutput(io.Discard)
	os.Setenv("TZ", "UTC")
	time.Local = time.UTC
}

// Line answers one case as one line of JSON. A panic that the library did not
// recover itself is an answer too.
func Line(kind Kind, input json.RawMessage) (line []byte) {
	defer func() {
		if r := recover(); r != nil {
			line = Marshal(map[string]string{"panic": fmt.Sprint(r)})
		}
	}()
	result, err := kind(input)
	if err != nil {
		result = map[string]string{"malformed": err.Error()}
	}
	return Marshal(result)
}

// Marshal is JSON on one line without HTML escapes.
func Marshal(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// Text is the outcome's text, if it is one.
func (o Outcome) Text() (string, bool) {
	switch {
	case o.OK != nil:
		return *o.OK, true
	case o.OKB64 != nil:
		raw, err := base64.StdEncoding.DecodeString(*o.OKB64)
		return string(raw), err == nil
	}
	return "", false
}
