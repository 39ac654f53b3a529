package typed

import (
	"encoding/json"
	"math"
	"reflect"
	"testing"
	"time"
)

// check encodes, decodes and encodes again: the value and the text must hold.
func check(t *testing.T, v any, want string) {
	t.Helper()
	enc := Encode(v)
	if string(enc) != want {
		t.Errorf("%#v is encoded as %s, want %s", v, enc, want)
	}
	back, err := Decode(enc)
	if err != nil {
		t.Errorf("%s: %v", enc, err)
		return
	}
	if again := Encode(back); string(again) != want {
		t.Errorf("%s comes back as %s", enc, again)
	}
	if !reflect.DeepEqual(back, v) {
		t.Errorf("%s is decoded as %#v, want %#v", enc, back, v)
	}
}

func TestRoundTrip(t *testing.T) {
	n := 5
	check(t, nil, `null`)
	check(t, true, `true`)
	check(t, 7, `7`)
	check(t, int64(7), `{"$int64":7}`)
	check(t, int8(-7), `{"$int8":-7}`)
	check(t, uint64(math.MaxUint64), `{"$uint64":18446744073709551615}`)
	check(t, 7.0, `7.0`)
	check(t, 1e21, `1e+21`)
	check(t, math.Copysign(0, -1), `-0.0`)
	check(t, math.Inf(-1), `{"$f64":"-Inf"}`)
	check(t, float32(0.1), `{"$f32":0.1}`)
	check(t, 1+2i, `{"$complex128":[1.0,2.0]}`)
	check(t, "a<b>é", `"a<b>é"`)
	check(t, "\xff", `{"$str":"/w=="}`)
	check(t, []byte("hi"), `{"$bytes":"aGk="}`)
	check(t, []any{1, "x", nil}, `[1,"x",null]`)
	check(t, []string{"a"}, `{"$strings":["a"]}`)
	check(t, []int{1, 2}, `{"$ints":[1,2]}`)
	check(t, []bool{true}, `{"$slice":"[]bool","items":[true]}`)
	check(t, [2]int{1, 2}, `{"$array":"[2]int","items":[1,2]}`)
	check(t, []string(nil), `{"$nil":"[]string"}`)
	check(t, (*int)(nil), `{"$nil":"*int"}`)
	check(t, &n, `{"$ptr":5}`)
	check(t, map[string]any{"b": 1, "a": nil}, `{"a":null,"b":1}`)
	check(t, map[string]any{"$x": 1}, `{"$map":"map[string]interface {}","entries":[["$x",1]]}`)
	check(t, map[int]string{2: "b", 1: "a"}, `{"$map":"map[int]string","entries":[[1,"a"],[2,"b"]]}`)
	check(t, 3*time.Second, `{"$duration":3000000000}`)
	check(t, struct{ X int }{1}, `{"$struct":"struct { X int }","fields":[["X",1]]}`)
}

func TestMalformed(t *testing.T) {
	for _, text := range []string{`{"$nope":1}`, `{"$int8":300}`, `{"$slice":"[]int","items":5}`, `{"$map":"map[int]int","entries":[[1]]}`, `[1,`, `1 2`, `{"$str":"!"}`, `{"$strings":[1]}`} {
		if v, err := Decode(json.RawMessage(text)); err == nil {
			t.Errorf("%s is decoded as %#v", text, v)
		}
	}
}

type self struct{ P *self }

func TestInexpressible(t *testing.T) {
	loop := &self{}
	loop.P = loop
	for want, v := range map[string]any{"func": func() {}, "chan": make(chan int), "cycle": loop, "": 1} {
		if got := Inexpressible(Encode(v)); got != want {
			t.Errorf("%T: %q, want %q", v, got, want)
		}
	}
}
