// Package typed writes Go values as JSON that keeps their Go types, and reads
// them back. encode.go depends on the standard library alone and is also
// compiled into the test packages that `oracle extract` reads its tables from.
package typed

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"sort"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// maxDepth ends the encoding of cyclic values with an error marker.
const maxDepth = 40

// Encode returns v in the typed JSON encoding (README.md of the oracle).
func Encode(v any) json.RawMessage {
	var b bytes.Buffer
	encode(&b, reflect.ValueOf(v), 0)
	return b.Bytes()
}

// EncodeFields returns a struct with only some of its fields.
func EncodeFields(v any, keep map[string]bool) json.RawMessage {
	var b bytes.Buffer
	r := reflect.ValueOf(v)
	fmt.Fprintf(&b, `{"$struct":%q,"fields":[`, r.Type().String())
	first := true
	for i := range r.NumField() {
		if name := r.Type().Field(i).Name; keep[name] {
			if !first {
				b.WriteString(",")
			}
			first = false
			fmt.Fprintf(&b, "[%q,", name)
			encode(&b, r.Field(i), 1)
			b.WriteString("]")
		}
	}
	b.WriteString("]}")
	return b.Bytes()
}

// Pointer wraps an encoded value in a pointer to it.
func Pointer(enc json.RawMessage) json.RawMessage {
	return json.RawMessage(`{"$ptr":` + string(enc) + `}`)
}

// Inexpressible names the first part of an encoding that only Go can hold
// (a function, a channel, …), or returns "".
func Inexpressible(enc json.RawMessage) string {
	for _, mark := range []string{"$func", "$chan", "$unsafe", "$cycle"} {
		if bytes.Contains(enc, []byte(`{"`+mark+`":`)) {
			return mark[1:]
		}
	}
	if bytes.Contains(enc, []byte(`"formatter":true`)) {
		return "a Format method of its own"
	}
	return ""
}

func str(b *bytes.Buffer, s string) {
	if !utf8.ValidString(s) {
		fmt.Fprintf(b, `{"$str":"%s"}`, base64.StdEncoding.EncodeToString([]byte(s)))
		return
	}
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil {
		panic(err)
	}
	b.Truncate(b.Len() - 1)
}

func float(b *bytes.Buffer, f float64, bits int) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		fmt.Fprintf(b, `"%v"`, f)
		return
	}
	s := strconv.FormatFloat(f, 'g', -1, bits)
	if !strings.ContainsAny(s, ".e") {
		s += ".0"
	}
	b.WriteString(s)
}

// methods adds what the value prints as through its own methods: fmt asks
// Formatter, then GoStringer (%#v), then error, then Stringer.
func methods(b *bytes.Buffer, v reflect.Value) {
	if !v.IsValid() || !v.CanInterface() {
		return
	}
	call := func(name string, f func() string) {
		defer func() {
			if r := recover(); r != nil {
				fmt.Fprintf(b, `,"%s_panic":`, name)
				str(b, fmt.Sprint(r))
			}
		}()
		s := f()
		fmt.Fprintf(b, `,"%s":`, name)
		str(b, s)
	}
	i := v.Interface()
	if _, ok := i.(fmt.Formatter); ok {
		b.WriteString(`,"formatter":true`)
		return
	}
	if g, ok := i.(fmt.GoStringer); ok {
		call("gostring", g.GoString)
	}
	switch s := i.(type) {
	case error:
		call("error", s.Error)
	case fmt.Stringer:
		call("string", s.String)
	}
}

func hasMethods(v reflect.Value) bool {
	if !v.IsValid() || !v.CanInterface() {
		return false
	}
	switch v.Interface().(type) {
	case fmt.Formatter, fmt.GoStringer, error, fmt.Stringer:
		return true
	}
	return false
}

func encode(b *bytes.Buffer, v reflect.Value, depth int) {
	if depth > maxDepth {
		b.WriteString(`{"$cycle":true}`)
		return
	}
	if !v.IsValid() {
		b.WriteString("null")
		return
	}
	t := v.Type()
	if v.CanInterface() {
		switch x := v.Interface().(type) {
		case time.Duration:
			fmt.Fprintf(b, `{"$duration":%d}`, int64(x))
			return
		case time.Time:
			fmt.Fprintf(b, `{"$time":"%s","zone":"%s"}`, x.Format(time.RFC3339Nano), x.Location())
			return
		}
	}
	if v.Kind() == reflect.Interface {
		encode(b, v.Elem(), depth)
		return
	}
	if v.Kind() != reflect.Struct && (t.PkgPath() != "" || (v.Kind() == reflect.Pointer && hasMethods(v))) {
		fmt.Fprintf(b, `{"$named":%q,"value":`, t.String())
		plain(b, v, depth+1)
		methods(b, v)
		b.WriteString("}")
		return
	}
	plain(b, v, depth)
}

// plain encodes by kind, leaving a type name of its own aside.
func plain(b *bytes.Buffer, v reflect.Value, depth int) {
	t := v.Type()
	switch k := v.Kind(); k {
	case reflect.Bool:
		fmt.Fprint(b, v.Bool())
	case reflect.Int:
		fmt.Fprint(b, v.Int())
	case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		fmt.Fprintf(b, `{"$%s":%d}`, k, v.Int())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		fmt.Fprintf(b, `{"$%s":%d}`, k, v.Uint())
	case reflect.Float64:
		if f := v.Float(); math.IsNaN(f) || math.IsInf(f, 0) {
			fmt.Fprintf(b, `{"$f64":"%v"}`, f)
		} else {
			float(b, f, 64)
		}
	case reflect.Float32:
		b.WriteString(`{"$f32":`)
		float(b, v.Float(), 32)
		b.WriteString("}")
	case reflect.Complex64, reflect.Complex128:
		c, bits := v.Complex(), t.Bits()/2
		fmt.Fprintf(b, `{"$%s":[`, k)
		float(b, real(c), bits)
		b.WriteString(",")
		float(b, imag(c), bits)
		b.WriteString("]}")
	case reflect.String:
		str(b, v.String())
	case reflect.Slice, reflect.Array:
		list(b, v, depth)
	case reflect.Map:
		mapping(b, v, depth)
	case reflect.Struct:
		structure(b, v, depth)
	case reflect.Pointer:
		if v.IsNil() {
			fmt.Fprintf(b, `{"$nil":%q}`, t.String())
			return
		}
		b.WriteString(`{"$ptr":`)
		encode(b, v.Elem(), depth+1)
		b.WriteString("}")
	case reflect.Chan:
		fmt.Fprintf(b, `{"$chan":%q}`, t.String())
	case reflect.Func:
		fmt.Fprintf(b, `{"$func":%q}`, t.String())
	default:
		fmt.Fprintf(b, `{"$unsafe":%q}`, t.String())
	}
}

func list(b *bytes.Buffer, v reflect.Value, depth int) {
	t := v.Type()
	if v.Kind() == reflect.Slice && v.IsNil() {
		fmt.Fprintf(b, `{"$nil":%q}`, t.String())
		return
	}
	end := "]}"
	spare := v.Kind() == reflect.Slice && v.Cap() > 2*v.Len()-1 && v.Cap() > v.Len() && t.Elem().Kind() == reflect.Int
	switch {
	case t.String() == "[]interface {}":
		b.WriteString("[")
		end = "]"
	case t.String() == "[]string":
		b.WriteString(`{"$strings":[`)
	case t.String() == "[]int" && !spare:
		b.WriteString(`{"$ints":[`)
	case t.String() == "[]uint8":
		fmt.Fprintf(b, `{"$bytes":"%s"}`, base64.StdEncoding.EncodeToString(v.Bytes()))
		return
	case v.Kind() == reflect.Array:
		fmt.Fprintf(b, `{"$array":%q,"items":[`, t.String())
	case spare:
		fmt.Fprintf(b, `{"$slice":%q,"cap":%d,"items":[`, t.String(), v.Cap())
	default:
		fmt.Fprintf(b, `{"$slice":%q,"items":[`, t.String())
	}
	for i := range v.Len() {
		if i > 0 {
			b.WriteString(",")
		}
		encode(b, v.Index(i), depth+1)
	}
	b.WriteString(end)
}

func mapping(b *bytes.Buffer, v reflect.Value, depth int) {
	t := v.Type()
	if v.IsNil() {
		fmt.Fprintf(b, `{"$nil":%q}`, t.String())
		return
	}
	type entry struct{ key, val string }
	entries := make([]entry, 0, v.Len())
	object := t.Key().Kind() == reflect.String && t.Key().PkgPath() == "" && t.Elem().Kind() == reflect.Interface && t.Elem().NumMethod() == 0
	for it := v.MapRange(); it.Next(); {
		var kb, vb bytes.Buffer
		encode(&kb, it.Key(), depth+1)
		encode(&vb, it.Value(), depth+1)
		entries = append(entries, entry{kb.String(), vb.String()})
		if object && (strings.HasPrefix(it.Key().String(), "$") || !utf8.ValidString(it.Key().String())) {
			object = false
		}
	}
	sort.Slice(entries, func(i, j int) bool { return entries[i].key < entries[j].key })
	if object {
		b.WriteString("{")
	} else {
		fmt.Fprintf(b, `{"$map":%q,"entries":[`, "map["+t.Key().String()+"]"+t.Elem().String())
	}
	for i, e := range entries {
		if i > 0 {
			b.WriteString(",")
		}
		if object {
			b.WriteString(e.key + ":" + e.val)
		} else {
			b.WriteString("[" + e.key + "," + e.val + "]")
		}
	}
	if object {
		b.WriteString("}")
	} else {
		b.WriteString("]}")
	}
}

func structure(b *bytes.Buffer, v reflect.Value, depth int) {
	t := v.Type()
	fmt.Fprintf(b, `{"$struct":%q,"fields":[`, t.String())
	for i := range t.NumField() {
		if i > 0 {
			b.WriteString(",")
		}
		fmt.Fprintf(b, "[%q,", t.Field(i).Name)
		encode(b, v.Field(i), depth+1)
		b.WriteString("]")
	}
	b.WriteString("]")
	methods(b, v)
	b.WriteString("}")
}
