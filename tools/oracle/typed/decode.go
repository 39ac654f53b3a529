package typed

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// Decode reads the typed JSON encoding. Plain JSON keeps its obvious meaning:
// integers are int, other numbers float64, lists []any, objects map[string]any.
// Type names that only another program knows fall back to the type beneath.
func Decode(raw json.RawMessage) (any, error) {
	if len(bytes.TrimSpace(raw)) == 0 {
		return nil, nil
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var tree any
	if err := dec.Decode(&tree); err != nil {
		return nil, err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one JSON value")
	}
	return decode(tree)
}

func decode(tree any) (any, error) {
	switch x := tree.(type) {
	case json.Number:
		return number(x)
	case []any:
		out := make([]any, len(x))
		for i := range x {
			v, err := decode(x[i])
			if err != nil {
				return nil, err
			}
			out[i] = v
		}
		return out, nil
	case map[string]any:
		for key := range x {
			if strings.HasPrefix(key, "$") {
				return special(key, x)
			}
		}
		out := make(map[string]any, len(x))
		for k, e := range x {
			v, err := decode(e)
			if err != nil {
				return nil, err
			}
			out[k] = v
		}
		return out, nil
	}
	return tree, nil
}

func number(n json.Number) (any, error) {
	if !strings.ContainsAny(n.String(), ".eE") {
		if i, err := strconv.Atoi(n.String()); err == nil {
			return i, nil
		}
		if u, err := strconv.ParseUint(n.String(), 10, 64); err == nil {
			return u, nil
		}
	}
	return strconv.ParseFloat(n.String(), 64)
}

var basics = map[string]reflect.Type{
	"bool": reflect.TypeFor[bool](), "string": reflect.TypeFor[string](),
	"int": reflect.TypeFor[int](), "int8": reflect.TypeFor[int8](), "int16": reflect.TypeFor[int16](),
	"int32": reflect.TypeFor[int32](), "int64": reflect.TypeFor[int64](),
	"uint": reflect.TypeFor[uint](), "uint8": reflect.TypeFor[uint8](), "uint16": reflect.TypeFor[uint16](),
	"uint32": reflect.TypeFor[uint32](), "uint64": reflect.TypeFor[uint64](), "uintptr": reflect.TypeFor[uintptr](),
	"f32": reflect.TypeFor[float32](), "f64": reflect.TypeFor[float64](),
	"float32": reflect.TypeFor[float32](), "float64": reflect.TypeFor[float64](),
	"complex64": reflect.TypeFor[complex64](), "complex128": reflect.TypeFor[complex128](),
	"interface {}": reflect.TypeFor[any](), "error": reflect.TypeFor[error](),
	"time.Duration": reflect.TypeFor[time.Duration](), "time.Time": reflect.TypeFor[time.Time](),
}

// typeOf reads a type as reflect prints it; nil when it has a foreign name.
func typeOf(s string) reflect.Type {
	if t, ok := basics[s]; ok {
		return t
	}
	switch {
	case strings.HasPrefix(s, "*"):
		if e := typeOf(s[1:]); e != nil {
			return reflect.PointerTo(e)
		}
	case strings.HasPrefix(s, "[]"):
		if e := typeOf(s[2:]); e != nil {
			return reflect.SliceOf(e)
		}
	case strings.HasPrefix(s, "["):
		if n, rest, ok := strings.Cut(s[1:], "]"); ok {
			size, err := strconv.Atoi(n)
			if e := typeOf(rest); e != nil && err == nil {
				return reflect.ArrayOf(size, e)
			}
		}
	case strings.HasPrefix(s, "map["):
		if k, rest, ok := strings.Cut(s[4:], "]"); ok {
			kt, vt := typeOf(k), typeOf(rest)
			if kt != nil && vt != nil {
				return reflect.MapOf(kt, vt)
			}
		}
	}
	return nil
}

func special(key string, x map[string]any) (any, error) {
	body := x[key]
	switch key {
	case "$str", "$bytes":
		raw, err := base64.StdEncoding.DecodeString(fmt.Sprint(body))
		if key == "$str" {
			return string(raw), err
		}
		return raw, err
	case "$nil":
		t := typeOf(fmt.Sprint(body))
		if t == nil {
			return (*struct{})(nil), nil
		}
		return reflect.Zero(t).Interface(), nil
	case "$ptr":
		v, err := decode(body)
		if err != nil || v == nil {
			return nil, err
		}
		p := reflect.New(reflect.TypeOf(v))
		p.Elem().Set(reflect.ValueOf(v))
		return p.Interface(), nil
	case "$named":
		return decode(x["value"])
	case "$error":
		return errors.New(fmt.Sprint(body)), nil
	case "$duration":
		n, err := strconv.ParseInt(fmt.Sprint(body), 10, 64)
		return time.Duration(n), err
	case "$time":
		return time.Parse(time.RFC3339Nano, fmt.Sprint(body))
	case "$strings", "$ints", "$slice", "$array":
		return sequence(key, x)
	case "$map":
		return dictionary(x)
	case "$struct":
		return record(x)
	}
	if t, ok := basics[key[1:]]; ok {
		return scalar(t, body)
	}
	return nil, fmt.Errorf("unknown type %s", key)
}

func scalar(t reflect.Type, body any) (any, error) {
	v := reflect.New(t).Elem()
	text := fmt.Sprint(body)
	switch t.Kind() {
	case reflect.Float32, reflect.Float64:
		f, err := strconv.ParseFloat(text, t.Bits())
		v.SetFloat(f)
		return v.Interface(), err
	case reflect.Complex64, reflect.Complex128:
		parts, ok := body.([]any)
		if !ok || len(parts) != 2 {
			return nil, fmt.Errorf("a complex number is [re, im]")
		}
		var f [2]float64
		for i, p := range parts {
			var err error
			if f[i], err = strconv.ParseFloat(fmt.Sprint(p), 64); err != nil {
				return nil, err
			}
		}
		v.SetComplex(complex(f[0], f[1]))
	case reflect.Bool:
		v.SetBool(text == "true")
	case reflect.String:
		v.SetString(text)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		n, err := strconv.ParseUint(text, 10, 64)
		v.SetUint(n)
		return v.Interface(), err
	default:
		n, err := strconv.ParseInt(text, 10, 64)
		if err == nil && v.OverflowInt(n) {
			err = fmt.Errorf("%s overflows %s", text, t)
		}
		v.SetInt(n & math.MaxInt64)
		if err == nil {
			v.SetInt(n)
		}
		return v.Interface(), err
	}
	return v.Interface(), nil
}

// set assigns, converting where the static type differs from the item's own.
func set(dst reflect.Value, v any) error {
	if v == nil {
		return nil
	}
	val := reflect.ValueOf(v)
	switch {
	case val.Type().AssignableTo(dst.Type()):
		dst.Set(val)
	case val.CanConvert(dst.Type()) && (dst.Kind() != reflect.String || val.Kind() == reflect.String):
		dst.Set(val.Convert(dst.Type()))
	default:
		return fmt.Errorf("%s is no %s", val.Type(), dst.Type())
	}
	return nil
}

func elements(raw any) ([]any, error) {
	trees, ok := raw.([]any)
	if !ok {
		return nil, errors.New("items must be a list")
	}
	out := make([]any, len(trees))
	for i := range trees {
		v, err := decode(trees[i])
		if err != nil {
			return nil, err
		}
		out[i] = v
	}
	return out, nil
}

// common is the one type of all items, or interface{}.
func common(items []any) reflect.Type {
	var t reflect.Type
	for _, item := range items {
		it := reflect.TypeOf(item)
		if it == nil || (t != nil && it != t) {
			return reflect.TypeFor[any]()
		}
		t = it
	}
	if t == nil {
		return reflect.TypeFor[any]()
	}
	return t
}

func sequence(key string, x map[string]any) (any, error) {
	name, raw := fmt.Sprint(x[key]), x["items"]
	switch key {
	case "$strings":
		name, raw = "[]string", x[key]
	case "$ints":
		name, raw = "[]int", x[key]
	}
	items, err := elements(raw)
	if err != nil {
		return nil, err
	}
	t := typeOf(name)
	if t == nil && key == "$array" {
		t = reflect.ArrayOf(len(items), common(items))
	} else if t == nil {
		t = reflect.SliceOf(common(items))
	}
	v := reflect.New(t).Elem()
	if t.Kind() == reflect.Slice {
		size := len(items)
		if c, ok := x["cap"].(json.Number); ok {
			n, err := c.Int64()
			if err != nil || int(n) < size {
				return nil, fmt.Errorf("cap %s of %d items", c, size)
			}
			size = int(n)
		}
		v = reflect.MakeSlice(t, len(items), size)
	}
	for i, item := range items {
		if err := set(v.Index(i), item); err != nil {
			return nil, err
		}
	}
	return v.Interface(), nil
}

func dictionary(x map[string]any) (any, error) {
	pairs, ok := x["entries"].([]any)
	if !ok {
		return nil, errors.New("entries must be a list")
	}
	var keys, vals []any
	for _, p := range pairs {
		kv, err := elements(p)
		if err != nil || len(kv) != 2 {
			return nil, fmt.Errorf("an entry is [key, value] (%v)", err)
		}
		keys, vals = append(keys, kv[0]), append(vals, kv[1])
	}
	t := typeOf(fmt.Sprint(x["$map"]))
	if t == nil {
		t = reflect.MapOf(common(keys), common(vals))
	}
	m := reflect.MakeMapWithSize(t, len(keys))
	for i := range keys {
		k, v := reflect.New(t.Key()).Elem(), reflect.New(t.Elem()).Elem()
		if err := set(k, keys[i]); err != nil {
			return nil, err
		}
		if err := set(v, vals[i]); err != nil {
			return nil, err
		}
		m.SetMapIndex(k, v)
	}
	return m.Interface(), nil
}

// record makes an anonymous struct of the exported fields.
func record(x map[string]any) (any, error) {
	pairs, ok := x["fields"].([]any)
	if !ok {
		return nil, errors.New("fields must be a list")
	}
	var fields []reflect.StructField
	var vals []any
	for _, p := range pairs {
		kv, ok := p.([]any)
		if !ok || len(kv) != 2 {
			return nil, errors.New("a field is [name, value]")
		}
		name := fmt.Sprint(kv[0])
		if name == "" || name[0] < 'A' || name[0] > 'Z' {
			continue
		}
		v, err := decode(kv[1])
		if err != nil {
			return nil, err
		}
		t := reflect.TypeFor[any]()
		if v != nil {
			t = reflect.TypeOf(v)
		}
		fields, vals = append(fields, reflect.StructField{Name: name, Type: t}), append(vals, v)
	}
	s := reflect.New(reflect.StructOf(fields)).Elem()
	for i, v := range vals {
		if err := set(s.Field(i), v); err != nil {
			return nil, err
		}
	}
	return s.Interface(), nil
}
