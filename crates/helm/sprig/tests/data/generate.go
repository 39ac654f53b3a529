//go:build ignore

// Writes calls of Helm's functions with random arguments, one case a line, for the oracle to answer:
//
//	go run generate.go >cases.jsonl && oracle sprig <cases.jsonl >answers.jsonl
package main

import (
	"encoding/json"
	"fmt"
	"math/rand"
	"os"
	"strconv"
	"strings"
)

var r = rand.New(rand.NewSource(7))

func pick(list ...string) string { return list[r.Intn(len(list))] }

var signatures = `abbrev i s|abbrevboth i i s|trunc i s|trim s|upper s|lower s|title s|untitle s|substr i i s|repeat n s|trimall s s|trimAll s s|trimSuffix s s|trimPrefix s s|nospace s|initials s|swapcase s|snakecase s|camelcase s|kebabcase s|wrap i s|wrapWith i s s|contains s s|hasPrefix s s|hasSuffix s s|quote v|quote v v|squote v v|cat v v v|indent n s|nindent n s|replace s s s|plural s s i|toString v|toStrings l|join s l|split s s|splitn s i s|splitList s s|atoi s|int64 v|int v|float64 v|toDecimal v|add1 v|add v v v|sub v v|div v v|mod v v|mul v v v|add1f v|addf v v v|subf v v|divf v v|mulf v v v|max v v v|min v v v|maxf v v v|minf v v v|biggest v v|ceil v|floor v|round v n|round v i f|until n|untilStep n n n|seq n|seq n n|seq n n n|list v v v|append l v|push l v|prepend l v|chunk i l|first l|last l|rest l|initial l|sortAlpha l|reverse l|compact l|uniq l|without l v v|has v l|slice l i|slice l i i|concat l l|mustChunk n l|mustSlice l n n|dict s v s v|dict v v v|get d s|set d s v|unset d s|hasKey d s|pluck s d d|pick d s s|omit d s s|merge d d|mergeOverwrite d d|merge d d d|mustMergeOverwrite d d|deepCopy v|dig s s v d|dig s v d|default v v|empty v|coalesce v v v|all v v|any v v|ternary v v b|typeOf v|kindOf v|typeIs s v|kindIs s v|deepEqual v v|base p|dir p|clean p|ext p|isAbs p|b64enc s|b64dec b|b32enc s|b32dec b|sha256sum s|sha1sum s|adler32sum s|toYaml v|toJson v|toPrettyJson v|toRawJson v|toYamlPretty v|toToml d|fromYaml y|fromJson j|fromYamlArray y|fromJsonArray j|mustFromJson j|regexMatch x s|regexFindAll x s i|regexFind x s|regexReplaceAll x s t|regexReplaceAllLiteral x s t|regexSplit x s i|regexQuoteMeta s|mustRegexMatch x s|semverCompare c w|semver w|urlParse u|urlJoin m|date a e|dateInZone a e z|htmlDateInZone e z|toDate a g|mustToDate a g|duration v|durationRound h|dateModify h q|unixEpoch q|decryptAES s b|len v|index l n|index d s|printf o v v|print v v|println v|eq v v|ne v v|lt v v|and v v|or v v|not v|slice s i|html s|js s|urlquery s`

func str() string {
	words := []string{"", "a", "foo", "Hello World", "foo-bar_baz", "HTTPServer2Go", "a,b,,c", "  padded\t", "line one\nline two\n", "日本語 text", "ÀÉ ß ŉ ǆ", "123", "-7", "0x1f", "010", "1.50", "1e3", "true", "null", "\\d+", "$1", "a.b.c", "/usr//local/../bin/", "x\x00y", "it's \"quoted\"", "<&>", "v1.2.3-rc.1", strings.Repeat("word ", 6)}
	return strconv.Quote(words[r.Intn(len(words))])
}

func integer() string {
	return pick("0", "1", "2", "3", "5", "-1", "-3", "10", "4", "7", "100", "9223372036854775807", "-9223372036854775808")
}

func float() string { return pick("0.5", "1.5", "-2.25", "1e6", "123456.789", "0.1", "1e21", "-0.0", "1e-7", "2.675") }

func value(depth int) string {
	switch r.Intn(12) {
	case 0, 1, 2:
		return str()
	case 3, 4:
		return integer()
	case 5, 6:
		return float()
	case 7:
		return pick("true", "false")
	case 8:
		return "nil"
	case 9:
		if depth > 0 {
			return list(depth - 1)
		}
		return str()
	case 10:
		if depth > 0 {
			return dict(depth - 1)
		}
		return integer()
	default:
		return pick("(int64 3)", "(float64 2)", "(until 3)", `(splitList "," "a,b")`, "(list)", "(dict)", `(split "-" "x-y")`, "(semver \"1.2.3\")", "(int 5)", "(toDate \"2006\" \"2020\")")
	}
}

func list(depth int) string {
	if r.Intn(8) == 0 {
		return value(0)
	}
	parts := []string{"(list"}
	for i := r.Intn(4); i > 0; i-- {
		parts = append(parts, value(depth))
	}
	return strings.Join(parts, " ") + ")"
}

func dict(depth int) string {
	if r.Intn(12) == 0 {
		return value(0)
	}
	parts := []string{"(dict"}
	for i := r.Intn(4); i > 0; i-- {
		parts = append(parts, pick(`"a"`, `"b"`, `"c"`, `"foo"`, `"a b"`), value(depth))
	}
	return strings.Join(parts, " ") + ")"
}

func argument(kind string) string {
	if r.Intn(25) == 0 {
		return value(1)
	}
	switch kind {
	case "s":
		return str()
	case "i":
		return integer()
	case "n":
		return pick("0", "1", "2", "3", "5", "8", "-1")
	case "f":
		return float()
	case "b":
		return pick("true", "false", `"YWJj"`, `"YW Jj"`, `"YWJ"`, `"YQ=="`, `"YQ="`, `"YQ=a"`, `"MFRGG==="`, `"MFRGG"`, `"MF=GG==="`, `"!!"`, `"YW\nJj"`, `"30tEfhuJSVRhpG97XCuWgz2okj7L8vQ1s6V9zVUPeDQ="`)
	case "l":
		return list(1)
	case "d":
		return dict(1)
	case "m":
		return pick(`(dict "scheme" "http" "host" "h:80" "path" "/a b" "query" "q=1" "fragment" "f g" "userinfo" "u:p@x")`, `(dict "host" "x")`, `(dict "path" "a:b")`, `(dict "scheme" "mailto" "opaque" "a@b")`, `(dict "scheme" 1)`, `(dict "path" "rel" "host" "é")`, `(dict)`, `(dict "scheme" "file" "path" "/x")`)
	case "p":
		return strconv.Quote(pick("", "/", "a", "a/b", "/a/b/", "a/../b", "../a", "/..", "a//b/./c", "x.tar.gz", ".hidden", "a.b/c", "//", "./", "a/.."))
	case "y", "j":
		return strconv.Quote(pick("", "null", "a: 1", "- 1\n- x", "{\"a\":[1,2.5,\"x\",null,true]}", "[1,{}]", "\"s\"", "5", "{", "a: b: c", "[1,]", "{\"a\":1}x", "\t", "tr", "{\"é\":\"\\u00e9\"}", "x: 010\ny: 1e3\nz: yes"))
	case "x":
		return strconv.Quote(pick("a", "[a-z]+", "(\\w)(\\d)?", "^$", "", "x*", "(", "a**", "\\pL+", "(?i)FOO", "(?P<n>o)+", "\\s+", "[^a-z]", "b|", "\\bfoo\\b"))
	case "t":
		return strconv.Quote(pick("", "<$0>", "${1}$2", "$n-${n}", "$$", "lit", "$1x"))
	case "c":
		return strconv.Quote(pick(">=1.2", "^1", "~1.2.3", "*", "1.x || >=2.5", ">1 <3", "bad", "", "!=1.0", ">=1.0.0-0", "1 - 2"))
	case "w":
		return strconv.Quote(pick("1.2.3", "v1", "2.0.0-rc.1", "1.2.3+meta", "x", "", "0.1", "1.2.3.4"))
	case "u":
		return strconv.Quote(pick("http://u:p@h:80/a/b?q=1#f", "https://[::1]:443/x", "/rel?x", "mailto:a@b.c", "http://h/%41%2f", ":x", "http://a b/", "//host/p", "http://h:x/", "a:b", "http://[::1", "http://h/%zz", "x://u@h", "http://h?", "*", "http://[fe80::1%25en0]/", "http://h/#%41", "HTTP://H/", "1a:b", "http://u%3a:p%40@h", "\x01"))
	case "a":
		return strconv.Quote(pick("2006-01-02", "Jan _2 15:04:05 2006 MST", "02.01.06 -0700", "Monday 3PM", "2006-01-02T15:04:05.000Z07:00", "", "002", "no layout"))
	case "e":
		return pick("0", "1700000000", "-1", "(int64 1136239445)", `(toDate "2006-01-02" "2024-02-29")`)
	case "g":
		return strconv.Quote(pick("2024-02-29", "2023-02-29", "x", "", "Jan  2 15:04:05 2006 UTC", "02.01.06 +0100", "Monday 3PM"))
	case "q":
		return pick(`(toDate "2006-01-02" "2024-02-29")`, `(toDate "15:04" "23:59")`, `(dateModify "-36h" (toDate "2006" "2000"))`, "5")
	case "z":
		return strconv.Quote(pick("UTC", "Europe/Berlin", "America/New_York", "Nope", "", "Local", "Asia/Kolkata"))
	case "h":
		return pick(`"1h30m"`, `"-2.5s"`, `"x"`, `""`, `"8760h1m"`, `"400h"`, "(int64 90000000000)", "5")
	case "o":
		return strconv.Quote(pick("%v %v", "%s|%d", "%q %T", "%05d %x", "%.2f %e", "%#v %+v", "%t", "%[2]v %[1]v", "%-8s|%8s|", "%%", "%c %U", "%6.3f|%g"))
	}
	return value(2)
}

func main() {
	calls := strings.Split(signatures, "|")
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	for i := 0; i < 6000; i++ {
		words := strings.Fields(calls[i%len(calls)])
		call := []string{words[0]}
		for _, kind := range words[1:] {
			call = append(call, argument(kind))
		}
		text := strings.Join(call, " ")
		switch r.Intn(6) {
		case 0:
			text += " | toJson"
		case 1:
			text += " | printf \"%T %v\" 1"
		case 2:
			if len(call) > 1 {
				last := len(call) - 1
				text = call[last] + " | " + strings.Join(call[:last], " ")
			}
		}
		if err := out.Encode(map[string]string{"tmpl": fmt.Sprintf("{{ %s }}", text)}); err != nil {
			panic(err)
		}
	}
}
