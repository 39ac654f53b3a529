//! Randomness, certificates, and what ends a call that asks for too much.

use std::collections::BTreeSet;

use pintle_go_template::{CALL_STEPS, Exec, FuncMap, Limits, Session, Set};
use pintle_go_value::Value;
use pintle_helm_sprig::tables;

use crate::support::{FUNCS, Seeded, ok, run, run_in};

/// Helm's functions are 222; five need the engine.
#[test]
fn every_name_is_there_once() {
    let names: Vec<&str> = tables::<Seeded>().into_iter().flatten().map(|func| func.name).collect();
    let unique: BTreeSet<&str> = names.iter().copied().collect();
    assert_eq!(unique.len(), names.len(), "a name comes twice");
    assert_eq!(unique.len(), 222 - 5);
    assert!(FUNCS.get("genCA").is_some() && FUNCS.get("env").is_none());
    let _: &FuncMap<Seeded> = &FUNCS;
}

#[test]
fn the_same_seed_gives_the_same_render() {
    let template = "{{ randAlphaNum 40 }} {{ uuidv4 }} {{ shuffle \"abcdefgh\" }} {{ randInt 0 1000000 }} {{ randBytes 20 }}";
    let run = |seed| run_in(&Session::new(), template, |_| Value::Nil, seed).expect("renders");
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
}

#[test]
fn random_texts_keep_to_their_alphabets() {
    let check = |template: &str, length: usize, allowed: fn(char) -> bool| {
        let text = ok(template);
        assert_eq!(text.len(), length, "{template}: {text}");
        assert!(text.chars().all(allowed), "{template}: {text}");
    };
    check("{{ randAlpha 300 }}", 300, |c| c.is_ascii_alphabetic());
    check("{{ randNumeric 300 }}", 300, |c| c.is_ascii_digit());
    check("{{ randAlphaNum 300 }}", 300, |c| c.is_ascii_alphanumeric());
    check("{{ randAscii 300 }}", 300, |c| (' '..='~').contains(&c));
    check("{{ randAlpha -1 }}", 0, |_| true);
    assert_eq!(ok("{{ randInt 10 11 }}"), "10");
    assert_eq!(
        run("{{ randInt 5 5 }}"),
        Err("template: t:1:3: executing \"t\" at <randInt 5 5>: error calling randInt: invalid \
             argument to Intn"
            .to_owned())
    );
    let uuid = ok("{{ uuidv4 }}");
    assert_eq!((uuid.len(), &uuid[14..15]), (36, "4"));
}

#[test]
fn now_is_what_the_generator_says() {
    assert_eq!(ok("{{ now | date \"2006-01-02 15:04:05 MST\" }}"), "2023-11-14 22:13:20 UTC");
    assert_eq!(
        ok("{{ (now).Unix }} {{ (now).Year }} {{ (now).Month }}"),
        "1700000000 2023 November"
    );
    assert_eq!(ok("{{ ago (now | dateModify \"-90m\") }}"), "1h30m0s");
    assert_eq!(ok("{{ now | toJson }}"), "\"2023-11-14T22:13:20Z\"");
    assert_eq!(ok("{{ typeOf now }} {{ kindOf now }}"), "time.Time struct");
    assert_eq!(
        ok("{{ (semver \"1.2.3\").IncMinor }} {{ (semver \"v1.2.3\").Original }}"),
        "1.3.0 v1.2.3"
    );
}

/// One render has one time.
#[test]
fn now_stands_still() {
    let template = "{{ $a := now }}{{ range 1000 }}{{ $_ := repeat 100 \"x\" | sha256sum }}{{ end }}\
                    {{ eq $a.UnixNano now.UnixNano }} {{ now.Sub $a }}";
    assert_eq!(ok(template), "true 0s");
}

/// Go gives any order.
#[test]
fn maps_are_walked_by_their_keys() {
    let dict = "(dict \"b\" 2 \"a\" 1 \"c\" 3)";
    assert_eq!(ok(&format!("{{{{ keys {dict} }}}} {{{{ values {dict} }}}}")), "[a b c] [1 2 3]");
    assert_eq!(ok(&format!("{{{{ keys {dict} (dict \"z\" 1 \"y\" 2) }}}}")), "[a b c y z]");
    assert_eq!(ok(&format!("{{{{ values (omit {dict} \"b\") }}}}")), "[1 3]");
}

#[test]
fn much_out_of_little_is_refused() {
    for template in [
        "{{ repeat 1000000000 \"abcdefgh\" }}",
        "{{ until 1000000000 }}",
        "{{ untilStep 0 9223372036854775807 1 }}",
        "{{ seq 9223372036854775806 }}",
        "{{ indent 1000000000 \"a\" }}",
        "{{ nindent 1000000000 \"a\" }}",
        "{{ randAlpha 1000000000 }}",
        "{{ replace \"\" (repeat 100000 \"x\") (repeat 100000 \"y\") }}",
        "{{ regexReplaceAll \"x\" (repeat 100000 \"x\") (repeat 100000 \"y\") }}",
        "{{ regexReplaceAllLiteral \"x\" (repeat 100000 \"x\") (repeat 100000 \"y\") }}",
        "{{ wrapWith 1 (repeat 100000 \"y\") (repeat 100000 \"x\") }}",
        "{{ join (repeat 100000 \"x\") (until 100000) }}",
    ] {
        let error = run(template).expect_err(template);
        assert!(error.contains("exceeded the limit of"), "{template}: {error}");
    }
}

#[test]
fn a_value_that_contains_itself_is_refused() {
    for call in ["deepCopy $d", "deepEqual $d $e", "merge $d $e"] {
        let template = format!(
            "{{{{ $d := dict }}}}{{{{ $_ := set $d \"d\" $d }}}}{{{{ $e := dict }}}}\
             {{{{ $_ := set $e \"d\" $e }}}}{{{{ {call} }}}}"
        );
        let error = run(&template).expect_err(call);
        assert!(error.contains("10000 levels of nesting"), "{call}: {error}");
    }
}

/// Forty levels that hold the one below twice: nothing in memory, a trillion values to walk.
#[test]
fn shared_parts_do_not_unfold_without_end() {
    let folded = |name: &str| {
        format!(
            "{{{{ ${name} := dict \"x\" 1 }}}}{{{{ range until 40 }}}}\
             {{{{ ${name} = dict \"a\" ${name} \"b\" ${name} }}}}{{{{ end }}}}"
        )
    };
    for (call, limit) in [
        ("deepCopy $d", "bytes of values"),
        ("deepEqual $d $e", "20000000 comparisons"),
        ("merge $d $e", "bytes of values"),
    ] {
        let template = format!("{}{}{{{{ {call} }}}}", folded("d"), folded("e"));
        let error = run(&template).expect_err(call);
        assert!(error.contains(limit), "{call}: {error}");
    }
}

/// What one call compares, counted over all elements of a list.
#[test]
fn comparisons_of_one_call() {
    let error = run(
        "{{ $x := list }}{{ range until 5000 }}{{ $x = append $x (dict \"a\" .) }}{{ end }}{{ uniq $x }}",
    );
    // 5000 maps are 12 million comparisons of pairs, and as many of their values.
    assert!(error.as_ref().is_err_and(|it| it.contains("20000000 comparisons")), "{error:?}");
    assert_eq!(ok("{{ uniq (list (dict) (dict) (list) 1 1) | len }}"), "3");
}

/// Writing that came to nothing by a limit is no empty text.
#[test]
fn limits_are_not_swallowed() {
    let folded =
        "{{ $x := list (repeat 60000000 \"x\") }}{{ range 6 }}{{ $x = list $x $x }}{{ end }}";
    for call in ["toYaml $x", "toJson $x", "toPrettyJson $x", "toYamlPretty $x"] {
        let error = run(&format!("{folded}{{{{ {call} }}}}")).expect_err(call);
        assert!(error.contains("output exceeds the limit of 67108864 bytes"), "{call}: {error}");
    }
}

/// Keys and passwords count for more than they are called.
#[test]
fn what_is_slow_is_counted() {
    for (call, steps) in [
        ("genPrivateKey \"ed25519\"", 50_000),
        ("bcrypt \"a\"", 1_000_000),
        ("genCA \"a\" 1", 2_000_000),
    ] {
        let mut set = Set::new("t", &FUNCS);
        set.parse("t", format!("{{{{ $_ := {call} }}}}").into_bytes()).expect("parses");
        // The command, and the call itself.
        for (limit, passes) in [(steps + 1 + CALL_STEPS, true), (steps + CALL_STEPS, false)] {
            let session = Session::new();
            let host = Seeded::new(1);
            let limits = Limits { steps: limit, ..Limits::STANDARD };
            let mut exec = Exec::new(&set, &session, &host).with_limits(limits);
            let done = exec.execute_template("t", Value::Nil, &mut Vec::new());
            assert_eq!(done.is_ok(), passes, "{call}: {done:?}");
        }
    }
}

/// What earlier renders left in a cache decides nothing.
#[test]
fn patterns_count_the_same_in_every_render() {
    let steps = |template: &str| {
        let mut set = Set::new("t", &FUNCS);
        set.parse("t", template.as_bytes()).expect("parses");
        let (session, host) = (Session::new(), Seeded::new(1));
        let mut exec = Exec::new(&set, &session, &host);
        exec.execute_template("t", Value::Nil, &mut Vec::new()).expect("renders");
        exec.steps()
    };
    let match_of = |pattern: &str| format!("{{{{ $_ := regexMatch \"{pattern}\" \"\" }}}}");
    for pattern in ["[a-z]{300}x", "[", "(\\\\pL{30}){30}"] {
        let once = steps(&match_of(pattern));
        assert_eq!(steps(&match_of(pattern)), once, "{pattern}: the thread has it by now");
        let twice = steps(&match_of(pattern).repeat(2));
        assert!(once > 1000 && twice < once + 100, "{pattern}: {once}, {twice}: compiled once");
    }
    // More than the cache holds: those that it forgot count again.
    let many: String = (0..129).map(|at| match_of(&format!("a{at}"))).collect();
    let again = format!("{many}{}", match_of("a0"));
    assert_eq!(steps(&again), steps(&again));
    assert!(steps(&again) > steps(&many) + 1000);
}

#[test]
fn nesting_ends_at_the_limit() {
    // One level is the outermost list itself, and the innermost holds nothing.
    let nested = |depth: usize| {
        format!(
            "{{{{ $l := list }}}}{{{{ range until {depth} }}}}{{{{ $l = list $l }}}}{{{{ end }}}}{{{{ len (deepCopy $l) }}}}"
        )
    };
    assert_eq!(ok(&nested(10_000)), "1");
    let error = run(&nested(10_001)).expect_err("too deep");
    assert!(error.contains("10000 levels of nesting"), "{error}");
}

#[test]
fn passwords_are_hashed_for_every_reader() {
    let hash = ok("{{ bcrypt \"secret\" }}");
    assert!(hash.starts_with("$2a$10$") && hash.len() == 60, "{hash}");
    assert!(bcrypt::verify("secret", &hash).expect("a hash"));
    let line = ok("{{ htpasswd \"user\" \"secret\" }}");
    assert!(
        bcrypt::verify("secret", line.strip_prefix("user:").expect("the user")).expect("a hash")
    );
    assert_eq!(ok("{{ htpasswd \"a:b\" \"x\" }}"), "invalid username: a:b");
    assert_eq!(
        ok("{{ bcrypt (repeat 73 \"a\") }}"),
        "failed to encrypt string with bcrypt: bcrypt: password length exceeds 72 bytes"
    );
    assert!(ok("{{ bcrypt (repeat 72 \"a\") }}").starts_with("$2a$10$"));
}

#[test]
fn aes_comes_back() {
    for text in ["x", "exactly16bytes..", "a longer text of more than one block"] {
        let template = format!("{{{{ \"{text}\" | encryptAES \"key\" | decryptAES \"key\" }}}}");
        assert_eq!(ok(&template), text);
    }
}

/// A chain of a root, a server certificate and its key, in PEM.
#[test]
fn certificates_chain_and_verify() {
    let parts = ok(
        "{{ $ca := genCA \"test-ca\" 365 }}{{ $c := genSignedCert \"srv\" (list \"10.0.0.1\" \"::1\") (list \"a.example\" \"b\") 30 $ca }}{{ $ca.Cert }}\u{1}{{ $c.Cert }}\u{1}{{ $c.Key }}\u{1}{{ kindOf $ca }} {{ typeOf $ca }}",
    );
    let [ca, cert, key, types] = parts.split('\u{1}').collect::<Vec<_>>()[..] else {
        panic!("four parts")
    };
    assert_eq!(types, "struct sprig.certificate");
    assert!(ca.starts_with("-----BEGIN CERTIFICATE-----\n"), "{ca}");
    assert!(key.starts_with("-----BEGIN RSA PRIVATE KEY-----\n"), "{key}");
    let (ca, cert) = (certificate(ca), certificate(cert));
    verify(&ca, &ca);
    verify(&ca, &cert);
    assert_eq!(ca.subject, cert.issuer);
    // The authority's key id is in the child, and its names are.
    let id = &sha2::Sha256::digest(&ca.public_key)[..20];
    for needle in [id, b"a.example", &[0x87, 4, 10, 0, 0, 1]] {
        assert!(cert.whole.windows(needle.len()).any(|window| window == needle), "{needle:?}");
    }
}

use rsa::pkcs1::DecodeRsaPublicKey as _;
use rsa::signature::Verifier as _;
use sha2::Digest as _;

/// The pieces of a certificate that a verifier needs.
struct Parts {
    whole: Vec<u8>,
    signed: Vec<u8>,
    signature: Vec<u8>,
    issuer: Vec<u8>,
    subject: Vec<u8>,
    public_key: Vec<u8>,
}

/// Content and whole of the first value, and what follows.
fn value(data: &[u8]) -> (&[u8], &[u8], &[u8]) {
    let (length, header) = match data[1] {
        short @ 0..=0x7f => (usize::from(short), 2),
        0x81 => (usize::from(data[2]), 3),
        _ => (usize::from(data[2]) << 8 | usize::from(data[3]), 4),
    };
    let end = header + length;
    (&data[header..end], &data[..end], &data[end..])
}

fn certificate(pem: &str) -> Parts {
    use base64::Engine as _;
    let body: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    let whole = base64::engine::general_purpose::STANDARD.decode(body).expect("base64");
    let (content, _, _) = value(&whole);
    let (body, signed, rest) = value(content);
    let (_, _, rest) = value(rest);
    let (signature, _, _) = value(rest);
    // Version, serial, algorithm.
    let (_, _, body) = value(body);
    let (_, _, body) = value(body);
    let (_, _, body) = value(body);
    let (_, issuer, body) = value(body);
    let (_, _, body) = value(body);
    let (_, subject, body) = value(body);
    let (info, _, _) = value(body);
    let (_, _, info) = value(info);
    let (bits, _, _) = value(info);
    Parts {
        signed: signed.to_vec(),
        signature: signature[1..].to_vec(),
        issuer: issuer.to_vec(),
        subject: subject.to_vec(),
        public_key: bits[1..].to_vec(),
        whole: whole.clone(),
    }
}

fn verify(by: &Parts, of: &Parts) {
    let key = rsa::RsaPublicKey::from_pkcs1_der(&by.public_key).expect("an RSA key");
    let verifier = rsa::pkcs1v15::VerifyingKey::<sha2::Sha256>::new(key);
    let signature = rsa::pkcs1v15::Signature::try_from(&of.signature[..]).expect("a signature");
    verifier.verify(&of.signed, &signature).expect("the signature holds");
}

#[test]
fn keys_of_all_kinds_are_made_and_taken_back() {
    for (kind, label) in [("ecdsa", "EC PRIVATE KEY"), ("ed25519", "PRIVATE KEY")] {
        let template = format!(
            "{{{{ $k := genPrivateKey \"{kind}\" }}}}{{{{ $k }}}}{{{{ (genCAWithKey \"ca\" 10 $k).Key }}}}"
        );
        let keys = ok(&template);
        let (made, taken) = keys.split_at(keys.len() / 2);
        assert_eq!(made, taken);
        assert!(made.starts_with(&format!("-----BEGIN {label}-----\n")), "{made}");
    }
    assert_eq!(ok("{{ genPrivateKey \"x\" }}"), "Unknown type x");
    assert_eq!(
        run("{{ genCAWithKey \"ca\" 10 \"x\" }}"),
        Err("template: t:1:3: executing \"t\" at <genCAWithKey \"ca\" 10 \"x\">: error calling \
             genCAWithKey: parsing private key: no PEM data in input"
            .to_owned())
    );
}

/// The other turns see what was sorted, as in Go, where this is `abc`.
#[test]
fn an_element_stays_as_its_turn_began() {
    let template = "{{ $l := splitList \",\" \"c,b,a\" }}{{ range $i, $x := $l }}\
                    {{ if eq $i 0 }}{{ $_ := sortAlpha $l }}{{ end }}{{ $x }}{{ end }}";
    assert_eq!(ok(template), "cbc");
}
