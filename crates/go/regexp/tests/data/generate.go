//go:build ignore

// Writes what Go's regexp answers for the patterns of Go's own tests, for patterns with traps, and
// for random ones, one JSON array a line. Bytes are written as the characters of the same number.
//
//	go run generate.go >answers.jsonl
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"hash/fnv"
	"math/rand"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"sort"
	"strconv"
	"strings"
	"unicode"
)

var texts = []string{
	"", "a", "aa", "ab", "abc", "aXbXc", "baaab", "abaabaccadaaae", "foo bar  baz_9\n\tqux", "Straße ſK K k日本語x", "a.b*c[d]{e}", "hello\xffworld\xc2\x00\xe6\x97", "key: value # c\nk2: v2\n", "192.168.0.1/24, 10.0.0.1:8080", "v1.25.3-gke.1", "xx yy",
}

var traps = []string{
	`\d+`, `\D`, `\w+`, `\W+`, `\s+`, `\S+`, `\bfoo\b`, `\B`, `(?i)k`, `(?i)[a-z]+`, `(?i)straße`, `(?i)\w+`, `(?i)\W`, `(?i)[^\w]`, `(?i)[[:word:]]`, `(?i)ſ`, `[[:alpha:]]+`, `[[:^alpha:]]`, `[[:foo:]]`, `[[:alpha:]`, `[[:word:][:space:]]+`,
	`[a&&b]`, `[a--b]`, `[a~~b]`, `[[a]`, `[]a]`, `[^]a]`, `[-a]`, `[a-]`, `[a-b-c]`, `[\d-z]`, `[a-\d]`, `[--/]`, `[a\]b]+`, `{`, `}`, `a{`, `a{,2}`, `a{2`, `a{2}`, `a{2,}`, `a{2,3}?`, `a{0}`, `a{0,0}`, `a{1,0}`, `a{01}`, `a{1000}`, `a{1001}`, `a{,}`, `{2}`, `({2})`, `a{2}{3}`, `(a{2}){3}`, `a**`, `a*?`, `a*??`, `a++`, `a+?`, `a?+`, `a??`, `a???`, `(a*)*`, `(a*)+`, `(a|b)*`, `(|a)*`, `(|a)+`, `(a|)*`, `(a|ab)(c|bcd)(d*)`, `(a*)(b*)*`,
	`(?x) a b`, `(?u)a`, `(?R)a`, `(?i)`, `(?i`, `(?-i)a`, `(?i-)a`, `(?--i)`, `(?i-s:a.)`, `(?s).+`, `(?m)^.+$`, `(?ms)^.+$`, `(?U)a+`, `(?U)a+?`, `(?U:a+)b`, `(?i)(?-i:A)b`, `(?=a)`, `(?!a)`, `(?<=a)`, `(?<n>a)`, `(?P<n>a)(?P<m>b)?`, `(?P<n>a)(?P<n>b)`, `(?P=n)`, `(?P<>a)`, `(?P<n`, `(?P>a)`, `(?'n'a)`, `(?#c)a`, `(?`, `(?:`, `(?:a`, `(?)`, `(?:)`, `()`, `(()|())`,
	`\u0041`, `\x41`, `\x{41}`, `\x{110000}`, `\x{}`, `\x{4`, `\x4`, `\x`, `\xz1`, `\x{d800}`, `[\x{d800}-\x{e000}]`, `\0`, `\01`, `\012`, `\0123`, `\1`, `\8`, `\12`, `\a\f\n\r\t\v`, `\e`, `\c`, `\<`, `\>`, `\_`, `\-`, `\/`, `\ `, "\\\n", `\é`, `\C`, `\R`, `\X`, `\h`, `\K`, `\G`, `\Z`, `\z`, `\A`, `\A\z`, `[\z]`, `[\b]`, `[\A]`, `\Q`, `\Qa`, `\Qa.b*c\E+`, `\Q\E`, `\Q\\E`, `\E`, `a\Q.\E*`, `\`, `a\`, `[\`, `[a\`, `(\`,
	`\p{Greek}`, `\p{greek}`, `\p{^Lu}`, `\P{^Lu}`, `\pN+`, `\PN`, `\p`, `\p{`, `\p{Lu`, `\p{Nope}`, `\p{Old_Italic}`, `\p{Letter}`, `\p{lower case letter}`, `\p{Any}+`, `\p{ASCII}+`, `[\p{L}\d]+`, `[^\p{L}\d]+`, `(?i)\p{Lu}`, `(?i)\P{Lu}`, `(?i)[^\p{Lu}]`, `\p{}`, `\p{L&}`, `\p{script=Greek}`, `\px`, `\p{Is_L}`,
	"\xff", "[\xff]", "\\\xff", "a\xff", "(?P<\xff>a)", "(?P<n\xff", "\\p{\xff}", "\\p{\xff", "\\p\xff", "\ufffd", "[^a]", "[^\ufffd]+", "(.)", "(?s)(.)", ".{3}", "\\x{fffd}",
	`^`, `$`, `^$`, `(?m)^`, `(?m)$`, `(?m)^$`, `a$`, `^a`, `a^`, `$a`, `^*`, `$*`, `^+a`, `(?:^)*`, `|`, `a|`, `|a`, `a||b`, `(|)`, `x*`, `x*?`, `a|b|c|ab|abc`, `abc|ab|a`, `(?:a|ab)(?:c|bcd)?`, `(a)|(b)|(c)`, `(a)(b)?(c)?`, `((((a))))`,
	`^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`, `[^-A-Za-z0-9_.]`, `^(\d+)\.(\d+)\.(\d+)(?:-([\w.-]+))?$`, `([0-9]{1,3}\.){3}[0-9]{1,3}(/\d+)?`, `^v?(?P<major>\d+)\.(?P<minor>\d+)`, `\s*#.*`, `(?m)^(\w+):\s*(.*)$`, `[[:space:]]+`, `-+$`, `[A-Z]`, `(.+):(\d+)`, `"`, "`", "'", `\\`, `\.`, `\$\{(\w+)\}`,
}

func encode(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		b.WriteRune(rune(s[i]))
	}
	return b.String()
}

func fromTests() []string {
	root := filepath.Join(runtime.GOROOT(), "src", "regexp")
	var out []string
	for _, name := range []string{"find_test.go", "all_test.go", "exec_test.go", "syntax/parse_test.go", "syntax/simplify_test.go", "syntax/prog_test.go"} {
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, name), nil, 0)
		if err != nil {
			panic(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				if s, err := strconv.Unquote(lit.Value); err == nil && len(s) < 60 {
					out = append(out, s)
				}
			}
			return true
		})
	}
	return out
}

func random(r *rand.Rand, depth int) string {
	atoms := []string{"a", "b", "c", "x", ".", `\d`, `\w`, `\s`, "[ab]", "[^a]", "[a-c]", "^", "$", `\b`, `\B`, "", "(?i)b", "é", `\pL`, "日"}
	if depth == 0 {
		return atoms[r.Intn(len(atoms))]
	}
	switch r.Intn(9) {
	case 0, 1, 2:
		return random(r, depth-1) + random(r, depth-1)
	case 3:
		return "(" + random(r, depth-1) + ")"
	case 4:
		return "(?:" + random(r, depth-1) + "|" + random(r, depth-1) + ")"
	case 5:
		return "(" + random(r, depth-1) + "|" + random(r, depth-1) + ")"
	case 6:
		return "(" + random(r, depth-1) + ")" + []string{"*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}", "{0,}"}[r.Intn(9)]
	case 7:
		return "(?:" + random(r, depth-1) + ")" + []string{"*", "+", "?", "*?", "+?", "??", "{2}", "{2,3}?"}[r.Intn(8)]
	default:
		return random(r, depth-1)
	}
}

func main() {
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	row := func(cells ...any) {
		line, err := json.Marshal(cells)
		if err != nil {
			panic(err)
		}
		fmt.Fprintln(out, string(line))
	}
	seen := map[string]bool{}
	replacements := []string{"<$0>", "${1}-$2x${n}$$", "$1x $ ${", "lit"}
	ask := func(pattern string, count int) {
		if seen[pattern] {
			return
		}
		seen[pattern] = true
		re, err := regexp.Compile(pattern)
		if err != nil {
			row("error", encode(pattern), encode(err.Error()))
			return
		}
		for i := 0; i < count; i++ {
			text := texts[(len(seen)*3+i*5)%len(texts)]
			row("find", encode(pattern), encode(text), fmt.Sprint(re.FindAllStringSubmatchIndex(text, -1)))
		}
		text := texts[len(seen)%len(texts)]
		replacement := replacements[len(seen)%len(replacements)]
		row("replace", encode(pattern), encode(text), encode(replacement), encode(re.ReplaceAllString(text, replacement)))
		row("literal", encode(pattern), encode(text), encode(replacement), encode(re.ReplaceAllLiteralString(text, replacement)))
		for _, n := range []int{-1, 0, 1, 2, 3} {
			var pieces []string
			for _, piece := range re.Split(text, n) {
				pieces = append(pieces, encode(piece))
			}
			if n == -1 || len(seen)%5 == 0 {
				row("split", encode(pattern), encode(text), n, pieces)
			}
		}
	}
	for _, pattern := range traps {
		ask(pattern, len(texts))
	}
	for _, pattern := range fromTests() {
		ask(pattern, 4)
	}
	r := rand.New(rand.NewSource(1))
	for len(seen) < 2000 {
		ask(random(r, 1+r.Intn(4)), 3)
	}
	var classes []string
	for name := range unicode.Categories {
		classes = append(classes, `\p{`+name+`}`, `(?i)\p{`+name+`}`)
	}
	for name := range unicode.Scripts {
		classes = append(classes, `\p{`+name+`}`)
	}
	for name := range unicode.CategoryAliases {
		classes = append(classes, `\P{`+name+`}`)
	}
	sort.Strings(classes)
	classes = append(classes, `(?i)[\x{80}-\x{10ffff}]`, `(?i)[a-z]`, `(?i)\w`, `(?i)[\x{100}-\x{24f}]`, `(?i)ɤ`, `(?i)[Α-Ω]`)
	for _, pattern := range classes {
		re, err := regexp.Compile("^" + pattern + "$")
		if err != nil {
			row("error", encode("^"+pattern+"$"), encode(err.Error()))
			continue
		}
		hash, count, inside, last := fnv.New64a(), 0, false, rune(0)
		for c := rune(0); c <= unicode.MaxRune; c++ {
			if c >= 0xd800 && c <= 0xdfff || c >= 0x20000 && c < 0xe0000 || c >= 0xe0200 {
				continue
			}
			held := re.MatchString(string(c))
			if held {
				count++
			}
			if held && !inside {
				fmt.Fprintf(hash, "%x-", c)
			}
			if !held && inside {
				fmt.Fprintf(hash, "%x,", last)
			}
			inside, last = held, c
		}
		if inside {
			fmt.Fprintf(hash, "%x,", last)
		}
		row("class", encode("(?:"+pattern+")+"), count, fmt.Sprintf("%016x", hash.Sum64()))
	}
	for _, text := range append([]string{`\.+*?()|[]{}^$`, "a-b/c"}, texts...) {
		row("quote", encode(text), encode(regexp.QuoteMeta(text)))
	}
}
