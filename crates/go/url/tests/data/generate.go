//go:build ignore

// Writes the answers of net/url and net/netip to stdout, one JSON object a line. In every text, a
// character stands for a byte: "\u00ff" is the byte 255, and no UTF-8. Go 1.26, in this folder:
//
//	go run generate.go >answers.jsonl
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/netip"
	"net/url"
	"os"
	"strings"
)

// urls are asked from Parse and from ParseRequestURI.
var urls = []string{
	// Schemes, and what is none.
	"", "*", "*?a", "%2A", "/*", ":", ":a", "a:", "A+1-.:b", "1:a", "+a:b", "HTTP://H/", "ä://h", "a_b://h", "a b", "a:b:c", "a/b:c", "a:b/c?d#e", "mailto:a@b.c", "x:?q", "x:#f", "x:%zz", "urn:a:b#c d", "cache_object:foo/bar", "./a:b", "javascript:alert(1)?x",
	// Slashes.
	"/", "//", "///", "////", "///path", "//host", "//host/p", "//host//p", "x:/", "x://", "x:///", "x:///p", "x:////p", "x:/p", "file:///etc/x", "http:", "http:///p", "http:p", "a//b", "//h?q", "//?q", "//#f", "x://?q#f",
	// Hosts.
	"http://a b/", "http://a\\b/", "http://a\"b<c>/", "http://a^b/", "http://a`b/", "http://ä/", "http://\xff/", "http://%ff/", "http://%C3%A4/", "http://%41/", "http://%25/", "http://%7f/", "http://%80/", "http://%zz/", "http://%", "http://a%2", "http://h%20/", "http://a{b}/", "http://a|b/", "http://!$&'()*+,;=/", "http://.a./", "http://a]b/", "http://a[b/", "http://a[::1]/", "x://a,b:1,c:2/",
	// Ports.
	"http://h:/", "http://h:80", "http://h:080/", "http://h:x/", "http://h:-1/", "http://h:+1/", "http://h: 1/", "http://h:1 /", "http://h:99999999999/", "http://h:%31/", "http://h:1:2/", "https://a:1,b:2/", "mongodb://a:1,b:2/d", "mongodb://a:1,b:x/d", "x://a:b:1", "x://a::", "http://a::", "http://::1/", "x://::1/", "http://:80/", "http://:/", "HTTP://a:b:1/", "ws://a:b:1/", "//a:b:1/", "//h:x", "http://h:８/", "http://h:1?q:x", "http://h:\xff",
	// Addresses.
	"http://[::1]/", "http://[::1]", "http://[::1]:80/", "http://[::1]:/", "http://[::1]:x/", "http://[::1]x/", "http://[::1]80", "http://[::1", "http://::1]", "http://[]/", "http://[]:80/", "http://[x]/", "http://[1.2.3.4]/", "http://[::ffff:1.2.3.4]/", "http://[::1.2.3]/", "http://[::12345]/", "http://[1:2]/", "http://[[::1]]/", "http://[::1]]/", "http://[::1]:1]/", "http://[fe80::1%25eth0]/", "http://[fe80::1%25eth0]:8/", "http://[fe80::1%eth0]/", "http://[fe80::1%25]/", "http://[fe80::1%25%65%74]/", "http://[fe80::1%25a%20b]/", "http://[fe80::1%25a b]/", "http://[fe80::1%25a%2fb]/", "http://[fe80::1%25a%0a]/", "http://[fe80::1%25a%25b]/", "http://[fe80::1%25%ff]/", "http://[fe80::1%25ä]/", "http://[fe80::1%25%zz]/", "http://[fe80::1%25a%]/", "http://[fe80::%31]/", "http://[fe80%3a:1]/", "http://[fe80::1 ]/", "http://[\xff::1]/", "http://[%ff::1]/", "http://[%251]/", "http://[1.2.3.4%25a]/", "http://[::1%25a]b]/", "http://[v1.x]/", "//[::1]", "x://[::1%25a]", "http://u@[::1]:1/", "http://[u@::1]/", "http://[::G]/", "http://[FE80::AbCd]/", "http://[::1]:80:90/",
	// User and password.
	"http://u@h/", "http://u:@h/", "http://:p@h/", "http://:@h/", "http://@h/", "http://u:p:q@h/", "http://u@v@h/", "http://u:p@v@h/", "http://u u@h/", "http://u%20v:p%40q@h/", "http://u%zz@h/", "http://u:p%@h/", "http://u/v@h/", "http://u?v@h/", "http://u#v@h/", "http://ä@h/", "http://%C3%A4:%ff@h/", "http://u[]@h/", "http://u\"@h/", "http://u\\:p@h/", "http://-._~!$&'()*+,;=:x@h/", "http://u@", "//u:p@h", "u:p@h", "u@h", "http://u u@h:x/", "http://u%zz@[::1/", "http://a%3Ab:c%2Fd%3F@h", "x://u@/p", "http://u^@h",
	// Paths.
	"/a%20b", "/a b", "/a%2Fb", "/a%2fb", "/%2f%2F", "/%zz", "/%", "/%1", "/a%", "/%%", "%zz", "/ä", "/%C3%A4", "/%c3%a4", "/\xff", "/%ff", "/a;b,c", "/a%3Bb", "/a[b]", "/a'b(c)*!", "/a\"b", "/a|b", "/a^b{c}", "/a\\b", "/<>", "/a+b", "/a%2Bb", "/~%7E", "/..//.", "a%3Ab", "%3A", "/%00", "http://h/a%20b c", "http://h/%41", "http://h/{+x}/{y}", "/:@&=$", "/!", "/%21", "http://ha/%5B%5D", "/a%2a", "a%2Fb:c",
	// Queries and fragments.
	"?", "??", "?a", "/?", "/?a?", "/p??", "x:?", "x:a?", "/?%zz", "/?a b\"ä", "/?a#b?c", "#", "##", "#a#b", "/#", "/#a b", "/#a%20b", "/#%zz", "/#%", "/#ä", "/#%C3%A4", "/#!()*'", "/#%21", "/#[]{}", "/#\xff", "/?#", "/p?q#", "x:o#f%41", "%zz#%yy", "http://h#f/g", "#:", "/#%2f/", "/#\"<>^`",
	// Control characters; what is checked first.
	"\x00", "a\nb", "/\t", "http://h\r/", "/\x7f", "/#\x01", "/?\x1f", "\x7f:a", ":\n", "/\u0085", " http://h/", "http://h/ ", "http://h:x/%zz", "http://u u@h/%zz", "http://a b:x/", "1:\x01", "/%0a", "/#%0a",
}

var addresses = []string{
	"", "x", "1", "%", "%eth0", "1%", "localhost", "0x7f.1", "::", ":", ":::", "::::", "::1", "1::", "1::1", "::%", "::%a", "::%a%b", "::1%eth0", "::1%\xff", "%::1", "1.2.3.4%a", "::1.2.3.4%a", "::1.2.3%a", "::1.2.3.%a", "a%b:c", "a%b.c",
	"1.2.3.4", "0.0.0.0", "255.255.255.255", "256.1.1.1", "1.2.3.256", "1.2.3", "1.2.3.", "1.2.3.4.", "1.2.3.4.5", ".1.2.3", ".", "..", "...", "....", "1..2.3", "1.2..3", "01.2.3.4", "1.02.3.4", "1.2.3.00", "00.0.0.0", "1.2.3.4 ", " 1.2.3.4", "1.2.3.x", "1.2.3.-4", "1.2.3.4/8", "1.2.3.4:80", "１.2.3.4", "999999999999999999999.1", "1.2.3.4x", "1.2.x.1000", "1.2.3.\xff",
	"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:", "1:2:3:4:5:6:7:8:", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7", "::1:2:3:4:5:6:7:8", "1::2:3:4:5:6:7:8", "1:2:3:4::5:6:7:8", "1:2:3:4::5:6:7", "1::2::3", "1:::2", "::1::", "::1:", ":1", ":1:2:3:4:5:6:7:8", "1:", "1:2", "::12345", "12345::", "::00001", "::0000", "::ffff", "::FFFF", "::g", "g::", "1:g::", "1g::", "::1 ", " ::1", "::1/64", "[::1]", "::-1", "fe80::1cc0:3e8c:119f:c2e1%ens18", "2001:db8::68", "1:2:3:4:5:6:7:8%a", "1:2:3%a", "1:%a", "1:2:3:4:5:6:7:8x", "12345:1.2.3.4", "ä::",
	"::ffff:1.2.3.4", "::1.2.3.4", "1::1.2.3.4", "1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:1.2.3.4", "1:2:3:4:5:6:7:1.2.3.4", "::1:2:3:4:5:6:1.2.3.4", "::1:2:3:4:5:1.2.3.4", "::1:2:3:4:5:6:7:1.2.3.4", "1:2:3:4:5:6::1.2.3.4", "::1.2.3", "::1.2.3.4.5", "::1.2.3.256", "::01.2.3.4", "::1.02.3.4", "::1.2.3.", "::a.2.3.4", "::1.2.3.4:5", "1:1.2.3.4", "::1.2.3.4::", "::.1.2.3", "::12345.1.2.3", "::1..2.3", "::1.2.3.x",
}

// pieces are asked from PathEscape and PathUnescape.
var pieces = []string{"", "a b", "a/b", "%", "%2", "%zz", "%41", "%c3%A4", "ä", "\xff", "a%", "%%", "a+b", "$&+,/:;=?@", "-_.~!*'()", "[]{}<>\"\\^`|#%", "\x00\x7f", "%00%", "%2f%2F", "a%4", "%g1", "%1g1"}

// The parts of a URL that is only written.
type parts struct {
	Scheme, Opaque, Host, Path, RawPath, RawQuery, Fragment, RawFragment string
	User, Password                                                       *string
	ForceQuery, OmitHost                                                 bool
}

var some = func(text string) *string { return &text }

var written = []parts{
	{}, {Host: "h"}, {Scheme: "x"}, {Path: "p"}, {Path: "a:b"}, {Path: "a/b:c"}, {Path: ":"}, {Path: "*"}, {Scheme: "x", Path: "p"}, {Scheme: "x", Path: "/p"}, {Scheme: "x", Path: "//p"}, {Path: "//p"}, {Host: "h", Path: "p"}, {Host: "h", Path: "a:b"}, {Scheme: "x", Host: "h", Path: "p"},
	{Scheme: "X Y", Host: "a b:é", Path: "/?#", RawQuery: "#?", Fragment: "#?%"}, {Opaque: "o o", Host: "h", Path: "/p", RawQuery: "q"}, {Scheme: "x", Opaque: "//o", Fragment: "f"},
	{User: some("")}, {User: some("u"), Path: "p"}, {User: some("u"), Password: some(""), Path: "/p"}, {User: some("a:b@/?;,"), Password: some(":@/?;,%\xff"), Host: "h"}, {Scheme: "x", User: some("u"), OmitHost: true},
	{Scheme: "x", OmitHost: true}, {Scheme: "x", Path: "/p", OmitHost: true}, {Scheme: "x", Path: "p", OmitHost: true}, {Host: "h", OmitHost: true}, {OmitHost: true, Path: "a:b"}, {Scheme: "x", Path: "//p", OmitHost: true},
	{ForceQuery: true}, {ForceQuery: true, RawQuery: "q"}, {Path: "/a/b", RawPath: "/a%2Fb"}, {Path: "/a/b", RawPath: "/a%2Fc"}, {Path: "/a b", RawPath: "/a b"}, {Path: "/a", RawPath: "/%"}, {Path: "/[", RawPath: "/["}, {Path: "*", RawPath: "%2A"}, {Path: "*", RawPath: "%2B"},
	{Fragment: "a'b", RawFragment: "a'b"}, {Fragment: "a'b", RawFragment: "a%27b"}, {Fragment: "a", RawFragment: "b"}, {RawFragment: "b"}, {Host: "[::1%a b]:1"}, {Host: "\xff%\"<>"},
}

// bytes has each byte as a character.
func bytes(text string) string {
	runes := make([]rune, len(text))
	for i := range len(text) {
		runes[i] = rune(text[i])
	}
	return string(runes)
}

type object map[string]any

// put leaves out what is empty.
func (o object) put(name, text string) {
	if text != "" {
		o[name] = bytes(text)
	}
}

func (o object) optional(name string, text *string) {
	if text != nil {
		o[name] = bytes(*text)
	}
}

func (o object) flag(name string, set bool) {
	if set {
		o[name] = true
	}
}

func (p parts) object() object {
	o := object{}
	o.put("scheme", p.Scheme)
	o.put("opaque", p.Opaque)
	o.put("host", p.Host)
	o.put("path", p.Path)
	o.put("raw_path", p.RawPath)
	o.put("raw_query", p.RawQuery)
	o.put("fragment", p.Fragment)
	o.put("raw_fragment", p.RawFragment)
	o.optional("user", p.User)
	o.optional("password", p.Password)
	o.flag("force_query", p.ForceQuery)
	o.flag("omit_host", p.OmitHost)
	return o
}

func (p parts) url() *url.URL {
	u := &url.URL{Scheme: p.Scheme, Opaque: p.Opaque, Host: p.Host, Path: p.Path, RawPath: p.RawPath, RawQuery: p.RawQuery, Fragment: p.Fragment, RawFragment: p.RawFragment, ForceQuery: p.ForceQuery, OmitHost: p.OmitHost}
	switch {
	case p.Password != nil:
		u.User = url.UserPassword(*p.User, *p.Password)
	case p.User != nil:
		u.User = url.User(*p.User)
	}
	return u
}

func read(u *url.URL, err error) object {
	if err != nil {
		return failed(err)
	}
	p := parts{Scheme: u.Scheme, Opaque: u.Opaque, Host: u.Host, Path: u.Path, RawPath: u.RawPath, RawQuery: u.RawQuery, Fragment: u.Fragment, RawFragment: u.RawFragment, ForceQuery: u.ForceQuery, OmitHost: u.OmitHost}
	if u.User != nil {
		p.User = some(u.User.Username())
		if password, set := u.User.Password(); set {
			p.Password = &password
		}
	}
	o := p.object()
	o.put("userinfo", u.User.String())
	o.put("hostname", u.Hostname())
	o.put("string", u.String())
	return o
}

func failed(err error) object {
	return object{"err": bytes(err.Error())}
}

func main() {
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	row := func(op string, input, want any) {
		var line strings.Builder
		encoder := json.NewEncoder(&line)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode([]any{op, input, want}); err != nil {
			panic(err)
		}
		for _, r := range line.String() {
			if r < 0x7f {
				out.WriteRune(r)
			} else {
				fmt.Fprintf(out, "\\u%04x", r)
			}
		}
	}
	for _, text := range urls {
		row("parse", bytes(text), read(url.Parse(text)))
		row("request", bytes(text), read(url.ParseRequestURI(text)))
	}
	for _, p := range written {
		row("string", p.object(), bytes(p.url().String()))
	}
	for _, text := range addresses {
		address, err := netip.ParseAddr(text)
		if err != nil {
			row("address", bytes(text), failed(err))
			continue
		}
		want := object{}
		want.flag("v4", address.Is4())
		want.put("zone", address.Zone())
		row("address", bytes(text), want)
	}
	for _, text := range pieces {
		row("escape", bytes(text), url.PathEscape(text))
		plain, err := url.PathUnescape(text)
		if err != nil {
			row("unescape", bytes(text), failed(err))
			continue
		}
		row("unescape", bytes(text), bytes(plain))
	}
}
