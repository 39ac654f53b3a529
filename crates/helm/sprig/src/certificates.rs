//! Certificates (sprig `crypto.go`), laid out as Go's `x509.CreateCertificate` lays them out.

use std::net::IpAddr;

use pintle_go_fmt::quote;
use pintle_go_template::{Arg, CallError, Exec, Func, Int, Items, func};
use pintle_go_time::{Duration, HOUR, Time, Zone};
use pintle_go_value::{Heap, Type, Value};
use sha2::{Digest as _, Sha256};

use crate::Generator;
use crate::crypto::cost;
use crate::der::{
    self, bit_string, context, context_primitive, expect, integer, oid, pem, read_pem, sequence,
    tlv,
};
use crate::encoding::base64_decode;
use crate::keys::PrivateKey;
use crate::reflect::{printed, strval};
use crate::table::Table;

const CERTIFICATE: Type = Type::Struct("sprig.certificate");
const RSA_BITS: usize = 2048;

const COMMON_NAME: &[u32] = &[2, 5, 4, 3];
const SUBJECT_KEY_ID: &[u32] = &[2, 5, 29, 14];
const KEY_USAGE: &[u32] = &[2, 5, 29, 15];
const SUBJECT_ALT_NAME: &[u32] = &[2, 5, 29, 17];
const BASIC_CONSTRAINTS: &[u32] = &[2, 5, 29, 19];
const AUTHORITY_KEY_ID: &[u32] = &[2, 5, 29, 35];
const EXT_KEY_USAGE: &[u32] = &[2, 5, 29, 37];
const SERVER_AUTH: &[u32] = &[1, 3, 6, 1, 5, 5, 7, 3, 1];
const CLIENT_AUTH: &[u32] = &[1, 3, 6, 1, 5, 5, 7, 3, 2];

/// A `sprig.certificate` parameter.
#[derive(Clone, Copy)]
struct Certificate<'h> {
    cert: &'h [u8],
    key: &'h [u8],
}

impl<'h> Arg<'h> for Certificate<'h> {
    const TYPE: Type = CERTIFICATE;

    fn from_value(value: Value<'h>) -> Self {
        let text = |name: &str| match value {
            Value::Struct(fields) => fields.field(name).and_then(|field| field.as_bytes()),
            _ => None,
        };
        Certificate { cert: text("Cert").unwrap_or_default(), key: text("Key").unwrap_or_default() }
    }
}

fn certificate<'h>(heap: &'h Heap, cert: impl AsRef<[u8]>, key: impl AsRef<[u8]>) -> Value<'h> {
    heap.structure(&CERTIFICATE, &[("Cert", heap.string(cert)), ("Key", heap.string(key))])
}

/// What a new certificate says, before keys come in (`getBaseCertTemplate`).
struct Template {
    serial: [u8; 16],
    subject: Vec<u8>,
    not_before: Time,
    not_after: Time,
    names: Vec<Vec<u8>>,
    is_ca: bool,
}

/// Who signs: the subject and key id of the certificate above, and its key.
struct Parent {
    subject: Vec<u8>,
    key_id: Vec<u8>,
    /// The key in the certificate, to compare.
    public: Option<Vec<u8>>,
}

fn template<G: Generator + ?Sized>(
    generator: &G,
    name: &[u8],
    addresses: Items<'_>,
    hosts: Items<'_>,
    days: Int,
) -> Result<Template, CallError> {
    let addresses = addresses.0.iter().map(|address| ip_name(*address));
    let addresses: Vec<Vec<u8>> = addresses.collect::<Result<_, _>>()?;
    let mut names: Vec<Vec<u8>> =
        hosts.0.iter().map(|host| dns_name(*host)).collect::<Result<_, _>>()?;
    names.extend(addresses);
    let mut serial = [0; 16];
    generator.random(&mut serial);
    let now = generator.now().in_zone(Zone::Utc);
    let span = Duration((24 * HOUR.0).wrapping_mul(days.0));
    Ok(Template {
        serial,
        subject: distinguished_name(name)?,
        not_after: now.add(span),
        not_before: now,
        names,
        is_ca: false,
    })
}

fn ip_name(value: Value<'_>) -> Result<Vec<u8>, CallError> {
    let Some(text) = value.as_bytes() else {
        let shown = printed(value)?;
        let shown = String::from_utf8_lossy(&shown);
        return Err(CallError::new(format!("error parsing ip: {shown} is not a string")));
    };
    let text = String::from_utf8_lossy(text);
    let bytes = match text.parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => address.octets().to_vec(),
        Ok(IpAddr::V6(address)) => match address.to_ipv4_mapped() {
            Some(address) => address.octets().to_vec(),
            None => address.octets().to_vec(),
        },
        Err(_) => return Err(CallError::new(format!("error parsing ip: {text}"))),
    };
    Ok(tlv(context_primitive(7), &bytes))
}

fn dns_name(value: Value<'_>) -> Result<Vec<u8>, CallError> {
    let Some(text) = value.as_bytes() else {
        let shown = strval(value)?;
        let shown = String::from_utf8_lossy(&shown);
        return Err(CallError::new(format!(
            "error processing alternate dns name: {shown} is not a string"
        )));
    };
    if !text.is_ascii() {
        return Err(CallError::new(format!(
            "error creating certificate: x509: {} cannot be encoded as an IA5String",
            quote(text)
        )));
    }
    Ok(tlv(context_primitive(2), text))
}

/// A name with a common name, or an empty one.
fn distinguished_name(name: &[u8]) -> Result<Vec<u8>, CallError> {
    if name.is_empty() {
        return Ok(sequence(&[]));
    }
    if std::str::from_utf8(name).is_err() {
        return Err(CallError::new("error creating certificate: asn1: string not valid UTF-8"));
    }
    let printable =
        name.iter().all(|byte| byte.is_ascii_alphanumeric() || b" '()+,-./:=?".contains(byte));
    let tag = if printable { der::PRINTABLE_STRING } else { der::UTF8_STRING };
    let attribute = sequence(&[oid(COMMON_NAME), tlv(tag, name)]);
    Ok(sequence(&[tlv(der::SET, &attribute)]))
}

fn asn1_time(time: &Time) -> Result<Vec<u8>, CallError> {
    match time.year() {
        1950..=2049 => Ok(tlv(der::UTC_TIME, &time.format(b"060102150405Z"))),
        0..=9999 => Ok(tlv(der::GENERALIZED_TIME, &time.format(b"20060102150405Z"))),
        _ => Err(CallError::new(
            "error creating certificate: asn1: structure error: cannot represent time as \
             GeneralizedTime",
        )),
    }
}

fn extension(id: &[u32], critical: bool, value: &[u8]) -> Vec<u8> {
    let mut parts = vec![oid(id)];
    if critical {
        parts.push(tlv(der::BOOLEAN, &[0xff]));
    }
    parts.push(tlv(der::OCTET_STRING, value));
    sequence(&parts)
}

/// `buildCertExtensions`, in its order.
fn extensions(template: &Template, key_id: &[u8], authority: &[u8]) -> Vec<u8> {
    // Key encipherment and digital signature; a CA signs certificates too.
    let usage: [u8; 2] = if template.is_ca { [2, 0b1010_0100] } else { [5, 0b1010_0000] };
    let ca = if template.is_ca { tlv(der::BOOLEAN, &[0xff]) } else { Vec::new() };
    let mut list = vec![
        extension(KEY_USAGE, true, &tlv(der::BIT_STRING, &usage)),
        extension(EXT_KEY_USAGE, false, &sequence(&[oid(SERVER_AUTH), oid(CLIENT_AUTH)])),
        extension(BASIC_CONSTRAINTS, true, &tlv(der::SEQUENCE, &ca)),
    ];
    if !key_id.is_empty() {
        list.push(extension(SUBJECT_KEY_ID, false, &tlv(der::OCTET_STRING, key_id)));
    }
    if !authority.is_empty() {
        let id = sequence(&[tlv(context_primitive(0), authority)]);
        list.push(extension(AUTHORITY_KEY_ID, false, &id));
    }
    if !template.names.is_empty() {
        let nameless = template.subject == sequence(&[]);
        list.push(extension(SUBJECT_ALT_NAME, nameless, &sequence(&template.names)));
    }
    tlv(context(3), &sequence(&list))
}

fn creating(error: &str) -> CallError {
    CallError::new(format!("error creating certificate: {error}"))
}

/// `getCertAndKey`; without a parent the certificate signs itself.
fn create<'h>(
    heap: &'h Heap,
    template: &Template,
    key: &PrivateKey,
    parent: Option<(&Parent, &PrivateKey)>,
) -> Result<Value<'h>, CallError> {
    const UNSUPPORTED: &str = "x509: only RSA, ECDSA and Ed25519 keys supported";
    let signer = parent.map_or(key, |(_, signer)| signer);
    let algorithm = signer.signature_algorithm().ok_or_else(|| creating(UNSUPPORTED))?;
    let (key_algorithm, key_bits) = key
        .public_info()
        .ok_or_else(|| creating("x509: unsupported public key type: *dsa.PublicKey"))?;
    let key_id = if template.is_ca { Sha256::digest(&key_bits)[..20].to_vec() } else { Vec::new() };
    let issuer = parent.map_or(&template.subject, |(parent, _)| &parent.subject);
    let mut authority: &[u8] = &[];
    if let Some((parent, signer)) = parent {
        if *issuer != template.subject {
            authority = &parent.key_id;
        }
        let own = signer.public_info().map(|(_, bits)| bits);
        if parent.public.is_some() && own != parent.public {
            return Err(creating("x509: provided PrivateKey doesn't match parent's PublicKey"));
        }
    }
    let body = sequence(&[
        tlv(context(0), &integer(&[2])),
        integer(&template.serial),
        algorithm.clone(),
        issuer.clone(),
        sequence(&[asn1_time(&template.not_before)?, asn1_time(&template.not_after)?]),
        template.subject.clone(),
        sequence(&[key_algorithm, bit_string(&key_bits)]),
        extensions(template, &key_id, authority),
    ]);
    let signature = signer.sign(&body).ok_or_else(|| creating(UNSUPPORTED))?;
    let whole = sequence(&[body, algorithm, bit_string(&signature)]);
    Ok(certificate(heap, pem("CERTIFICATE", &whole), key.to_pem()))
}

/// What signing needs of a certificate; refusals in the words of Go's parser, as far as it goes.
fn read_certificate(data: &[u8]) -> Result<Parent, &'static str> {
    let mut whole = expect(&mut { data }, der::SEQUENCE).ok_or("certificate")?.content;
    let mut body = expect(&mut whole, der::SEQUENCE).ok_or("tbs certificate")?.content;
    if body.first() == Some(&context(0)) {
        der::read(&mut body).ok_or("version")?;
    }
    expect(&mut body, der::INTEGER).ok_or("serial number")?;
    expect(&mut body, der::SEQUENCE).ok_or("signature algorithm identifier")?;
    expect(&mut whole, der::SEQUENCE).ok_or("algorithm identifier")?;
    expect(&mut body, der::SEQUENCE).ok_or("issuer")?;
    expect(&mut body, der::SEQUENCE).ok_or("validity")?;
    // Go says so of the subject, too.
    let subject = expect(&mut body, der::SEQUENCE).ok_or("issuer")?.whole.to_vec();
    let mut info = expect(&mut body, der::SEQUENCE).ok_or("spki")?.content;
    expect(&mut info, der::SEQUENCE).ok_or("public key algorithm identifier")?;
    let bits = expect(&mut info, der::BIT_STRING).ok_or("subjectPublicKey")?.content;
    let public = bits.get(1..).map(<[u8]>::to_vec);
    let mut key_id = Vec::new();
    while !body.is_empty() {
        let part = der::read(&mut body).ok_or("extensions")?;
        if part.tag == context(3) {
            key_id = subject_key_id(part.content).ok_or("extensions")?;
        }
    }
    Ok(Parent { subject, key_id, public })
}

fn subject_key_id(mut list: &[u8]) -> Option<Vec<u8>> {
    let mut list = expect(&mut list, der::SEQUENCE)?.content;
    while !list.is_empty() {
        let mut extension = expect(&mut list, der::SEQUENCE)?.content;
        let id = expect(&mut extension, der::OID)?.whole;
        let mut value = der::read(&mut extension)?;
        if value.tag == der::BOOLEAN {
            value = der::read(&mut extension)?;
        }
        if id == oid(SUBJECT_KEY_ID) {
            let inner = expect(&mut { value.content }, der::OCTET_STRING)?;
            return Some(inner.content.to_vec());
        }
    }
    Some(Vec::new())
}

/// The parent in PEM, or the words of `generateSignedCertificateWithKeyInternal`.
fn parent_of(cert: &[u8]) -> Result<Parent, CallError> {
    let Some(block) = read_pem(cert) else {
        return Err(CallError::new("unable to decode certificate"));
    };
    read_certificate(&block.data).map_err(|what| {
        CallError::new(format!(
            "error parsing certificate: decodedCert.Bytes: x509: malformed {what}"
        ))
    })
}

fn build_custom_cert<'h>(heap: &'h Heap, cert: &[u8], key: &[u8]) -> Result<Value<'h>, CallError> {
    let cert =
        base64_decode(cert).map_err(|_| CallError::new("unable to decode base64 certificate"))?;
    let key =
        base64_decode(key).map_err(|_| CallError::new("unable to decode base64 private key"))?;
    heap.charge(cost::GIVEN_KEY);
    parent_of(&cert)?;
    PrivateKey::from_pem(&key)
        .map_err(|why| CallError::new(format!("error parsing private key: {why}")))?;
    Ok(certificate(heap, cert, key))
}

fn new_key<H: Generator + ?Sized>(exec: &mut Exec<'_, '_, H>) -> Result<PrivateKey, CallError> {
    exec.charge(cost::CERTIFICATE)?;
    PrivateKey::rsa(exec.host(), RSA_BITS)
        .map_err(|why| CallError::new(format!("error generating rsa key: {why}")))
}

fn given_key<H: Generator + ?Sized>(
    exec: &mut Exec<'_, '_, H>,
    text: &[u8],
) -> Result<PrivateKey, CallError> {
    exec.charge(cost::GIVEN_KEY)?;
    PrivateKey::from_pem(text).map_err(|why| CallError::new(format!("parsing private key: {why}")))
}

fn authority<'h, H: Generator + ?Sized>(
    exec: &mut Exec<'_, 'h, H>,
    name: &[u8],
    days: Int,
    key: &PrivateKey,
) -> Result<Value<'h>, CallError> {
    let mut template = template(exec.host(), name, Items(&[]), Items(&[]), days)?;
    template.is_ca = true;
    create(exec.heap(), &template, key, None)
}

fn gen_ca<'h, H: Generator + ?Sized>(
    exec: &mut Exec<'_, 'h, H>,
    name: &[u8],
    days: Int,
) -> Result<Value<'h>, CallError> {
    let key = new_key(exec)?;
    authority(exec, name, days, &key)
}

fn gen_ca_with_key<'h, H: Generator + ?Sized>(
    exec: &mut Exec<'_, 'h, H>,
    name: &[u8],
    days: Int,
    key: &[u8],
) -> Result<Value<'h>, CallError> {
    let key = given_key(exec, key)?;
    authority(exec, name, days, &key)
}

fn gen_self_signed<'h, H: Generator + ?Sized>(
    exec: &mut Exec<'_, 'h, H>,
    name: &[u8],
    addresses: Items<'h>,
    hosts: Items<'h>,
    days: Int,
) -> Result<Value<'h>, CallError> {
    let key = new_key(exec)?;
    let template = template(exec.host(), name, addresses, hosts, days)?;
    create(exec.heap(), &template, &key, None)
}

fn gen_self_signed_with_key<'h, H: Generator + ?Sized>(
    exec: &mut Exec<'_, 'h, H>,
    name: &[u8],
    addresses: Items<'h>,
    hosts: Items<'h>,
    days: Int,
    key: &[u8],
) -> Result<Value<'h>, CallError> {
    let key = given_key(exec, key)?;
    let template = template(exec.host(), name, addresses, hosts, days)?;
    create(exec.heap(), &template, &key, None)
}

/// Subject, names and validity of a certificate to be signed.
struct Request<'h> {
    name: &'h [u8],
    addresses: Items<'h>,
    hosts: Items<'h>,
    days: Int,
}

fn signed<'h, H: Generator + ?Sized>(
    exec: &mut Exec<'_, 'h, H>,
    request: &Request<'_>,
    ca: &Certificate<'_>,
    key: &PrivateKey,
) -> Result<Value<'h>, CallError> {
    let parent = parent_of(ca.cert)?;
    let signer = PrivateKey::from_pem(ca.key)
        .map_err(|why| CallError::new(format!("error parsing private key: {why}")))?;
    let Request { name, addresses, hosts, days } = *request;
    let template = template(exec.host(), name, addresses, hosts, days)?;
    create(exec.heap(), &template, key, Some((&parent, &signer)))
}

fn gen_signed<'h, H: Generator + ?Sized>(
    exec: &mut Exec<'_, 'h, H>,
    name: &'h [u8],
    addresses: Items<'h>,
    hosts: Items<'h>,
    days: Int,
    ca: Certificate<'h>,
) -> Result<Value<'h>, CallError> {
    let key = new_key(exec)?;
    signed(exec, &Request { name, addresses, hosts, days }, &ca, &key)
}

fn gen_signed_with_key<'h, H: Generator + ?Sized>(
    exec: &mut Exec<'_, 'h, H>,
    name: &'h [u8],
    addresses: Items<'h>,
    hosts: Items<'h>,
    days: Int,
    ca: Certificate<'h>,
    key: &[u8],
) -> Result<Value<'h>, CallError> {
    let key = given_key(exec, key)?;
    signed(exec, &Request { name, addresses, hosts, days }, &ca, &key)
}

impl<H: Generator + ?Sized + 'static> Table<H> {
    /// Certificates.
    pub(crate) const CERTIFICATES: &'static [Func<H>] = &[
        func!("buildCustomCert", build_custom_cert, heap, (&[u8], &[u8])),
        func!("genCA", gen_ca, exec, (&[u8], Int)),
        func!("genCAWithKey", gen_ca_with_key, exec, (&[u8], Int, &[u8])),
        func!("genSelfSignedCert", gen_self_signed, exec, (&[u8], Items<'_>, Items<'_>, Int)),
        func!(
            "genSelfSignedCertWithKey",
            gen_self_signed_with_key,
            exec,
            (&[u8], Items<'_>, Items<'_>, Int, &[u8])
        ),
        func!(
            "genSignedCert",
            gen_signed,
            exec,
            (&[u8], Items<'_>, Items<'_>, Int, Certificate<'_>)
        ),
        func!(
            "genSignedCertWithKey",
            gen_signed_with_key,
            exec,
            (&[u8], Items<'_>, Items<'_>, Int, Certificate<'_>, &[u8])
        ),
    ];
}
