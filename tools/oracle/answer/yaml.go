package answer

import (
	"bytes"
	"encoding/json"
	"errors"

	goyaml "sigs.k8s.io/yaml/goyaml.v3"

	"sigs.k8s.io/yaml"
)

// YAMLCase is the input of the yaml kind: a text, or a JSON value.
type YAMLCase struct {
	YAML  *string         `json:"yaml,omitempty"`
	Value json.RawMessage `json:"value,omitempty"`
}

// YAMLWant is the value written as JSON, as toYaml and as toYamlPretty.
type YAMLWant struct {
	JSON      *string `json:"json,omitempty"`
	JSONErr   *string `json:"jsonerr,omitempty"`
	ToYAML    *string `json:"toyaml,omitempty"`
	ToYAMLErr *string `json:"toyamlerr,omitempty"`
	Pretty    *string `json:"pretty,omitempty"`
	PrettyErr *string `json:"prettyerr,omitempty"`
	Err       *string `json:"err,omitempty"`
}

// YAML reads with sigs.k8s.io/yaml and writes with each of the three writers.
func YAML(input json.RawMessage) (any, error) {
	var c YAMLCase
	if err := json.Unmarshal(input, &c); err != nil {
		return nil, err
	}
	var v any
	switch {
	case c.YAML != nil:
		if err := yaml.Unmarshal([]byte(*c.YAML), &v); err != nil {
			return YAMLWant{Err: str(err.Error())}, nil
		}
	case c.Value != nil:
		if err := json.Unmarshal(c.Value, &v); err != nil {
			return YAMLWant{Err: str(err.Error())}, nil
		}
	default:
		return nil, errors.New("a case has yaml or value")
	}
	return write(v), nil
}

func write(v any) (w YAMLWant) {
	if b, err := json.Marshal(v); err != nil {
		w.JSONErr = str(err.Error())
	} else {
		w.JSON = str(string(b))
	}
	if b, err := yaml.Marshal(v); err != nil {
		w.ToYAMLErr = str(err.Error())
	} else {
		w.ToYAML = str(string(b))
	}
	if s, err := pretty(v); err != nil {
		w.PrettyErr = str(err.Error())
	} else {
		w.Pretty = &s
	}
	return w
}

// pretty is what Helm's toYamlPretty does, with the final newline kept.
func pretty(v any) (string, error) {
	var b bytes.Buffer
	enc := goyaml.NewEncoder(&b)
	enc.SetIndent(2)
	err := enc.Encode(v)
	return b.String(), err
}
