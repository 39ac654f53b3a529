//! Private keys: making, reading and writing them, and signing, as sprig's `crypto.go` does.

use dsa::{Components, KeySize};
use ed25519_dalek::Signer as _;
use p256::elliptic_curve::sec1::ToEncodedPoint as _;
use rsa::pkcs1::{DecodeRsaPrivateKey as _, EncodeRsaPrivateKey as _, EncodeRsaPublicKey as _};
use rsa::pkcs8::DecodePrivateKey as _;
use rsa::signature::SignatureEncoding as _;
use rsa::{RsaPrivateKey, RsaPublicKey};
use sha2::Sha256;

use crate::Generator;
use crate::der::{self, bit_string, integer, oid, pem, read_pem, sequence, tlv};
use crate::generator::Source;

const RSA_ENCRYPTION: &[u32] = &[1, 2, 840, 113_549, 1, 1, 1];
const SHA256_WITH_RSA: &[u32] = &[1, 2, 840, 113_549, 1, 1, 11];
const EC_PUBLIC_KEY: &[u32] = &[1, 2, 840, 10_045, 2, 1];
const CURVE_P256: &[u32] = &[1, 2, 840, 10_045, 3, 1, 7];
const CURVE_P384: &[u32] = &[1, 3, 132, 0, 34];
const ECDSA_WITH_SHA256: &[u32] = &[1, 2, 840, 10_045, 4, 3, 2];
const ECDSA_WITH_SHA384: &[u32] = &[1, 2, 840, 10_045, 4, 3, 3];
const ED25519: &[u32] = &[1, 3, 101, 112];

/// A private key of one of the kinds that charts use.
pub(crate) enum PrivateKey {
    Rsa(Box<RsaPrivateKey>),
    P256(p256::SecretKey),
    P384(p384::SecretKey),
    Ed25519(Box<ed25519_dalek::SigningKey>),
    /// Read and handed on, but it signs nothing.
    Dsa(Vec<u8>),
}

impl PrivateKey {
    /// An RSA key of so many bits.
    pub(crate) fn rsa<G: Generator + ?Sized>(generator: &G, bits: usize) -> Result<Self, String> {
        RsaPrivateKey::new(&mut Source(generator), bits)
            .map(|key| PrivateKey::Rsa(Box::new(key)))
            .map_err(|error| error.to_string())
    }

    pub(crate) fn p256<G: Generator + ?Sized>(generator: &G) -> Self {
        PrivateKey::P256(p256::SecretKey::random(&mut Source(generator)))
    }

    pub(crate) fn ed25519<G: Generator + ?Sized>(generator: &G) -> Self {
        let mut seed = [0; 32];
        generator.random(&mut seed);
        PrivateKey::Ed25519(Box::new(ed25519_dalek::SigningKey::from_bytes(&seed)))
    }

    /// A DSA key of the size L2048N256.
    pub(crate) fn dsa<G: Generator + ?Sized>(generator: &G) -> Self {
        let mut source = Source(generator);
        let components = Components::generate(&mut source, KeySize::DSA_2048_256);
        let key = dsa::SigningKey::generate(&mut source, components);
        let public = key.verifying_key();
        let components = public.components();
        let numbers = [components.p(), components.q(), components.g(), public.y(), key.x()];
        let mut parts = vec![integer(&[])];
        parts.extend(numbers.map(|number| integer(&number.to_bytes_be())));
        PrivateKey::Dsa(sequence(&parts))
    }

    /// The key in PEM, in the format that Go gives its kind (`pemBlockForKey`).
    pub(crate) fn to_pem(&self) -> String {
        match self {
            PrivateKey::Rsa(key) => match key.to_pkcs1_der() {
                Ok(data) => pem("RSA PRIVATE KEY", data.as_bytes()),
                Err(_) => String::new(),
            },
            PrivateKey::P256(key) => {
                let public = key.public_key().to_encoded_point(false);
                ec_pem(&key.to_bytes(), CURVE_P256, public.as_bytes())
            }
            PrivateKey::P384(key) => {
                let public = key.public_key().to_encoded_point(false);
                ec_pem(&key.to_bytes(), CURVE_P384, public.as_bytes())
            }
            PrivateKey::Ed25519(key) => {
                let seed = tlv(der::OCTET_STRING, &key.to_bytes());
                let data = sequence(&[
                    integer(&[]),
                    sequence(&[oid(ED25519)]),
                    tlv(der::OCTET_STRING, &seed),
                ]);
                pem("PRIVATE KEY", &data)
            }
            PrivateKey::Dsa(data) => pem("DSA PRIVATE KEY", data),
        }
    }

    /// Reads a PEM key (`parsePrivateKeyPEM`).
    pub(crate) fn from_pem(text: &[u8]) -> Result<Self, String> {
        let Some(block) = read_pem(text) else {
            return Err("no PEM data in input".to_owned());
        };
        let data = &block.data[..];
        if block.label == "PRIVATE KEY" {
            return from_pkcs8(data)
                .ok_or_else(|| "decoding PEM as PKCS#8: x509: failed to parse key".to_owned());
        }
        let Some(kind) = block.label.strip_suffix(" PRIVATE KEY") else {
            return Err(format!("no private key data in PEM block of type {}", block.label));
        };
        let failed = |error: &str| format!("parsing {kind} private key from PEM: x509: {error}");
        match kind {
            "RSA" => RsaPrivateKey::from_pkcs1_der(data)
                .map(|key| PrivateKey::Rsa(Box::new(key)))
                .map_err(|_| failed("failed to parse RSA private key")),
            "EC" => from_sec1(data).ok_or_else(|| failed("failed to parse EC private key")),
            "DSA" => Ok(PrivateKey::Dsa(data.to_vec())),
            other => Err(format!("invalid private key type {other}")),
        }
    }

    /// The SubjectPublicKeyInfo's algorithm and key bits; none for DSA, which x509 does not take.
    pub(crate) fn public_info(&self) -> Option<(Vec<u8>, Vec<u8>)> {
        Some(match self {
            PrivateKey::Rsa(key) => {
                let public = RsaPublicKey::from(&**key).to_pkcs1_der().ok()?;
                let algorithm = sequence(&[oid(RSA_ENCRYPTION), tlv(der::NULL, &[])]);
                (algorithm, public.as_bytes().to_vec())
            }
            PrivateKey::P256(key) => {
                let public = key.public_key().to_encoded_point(false);
                let algorithm = sequence(&[oid(EC_PUBLIC_KEY), oid(CURVE_P256)]);
                (algorithm, public.as_bytes().to_vec())
            }
            PrivateKey::P384(key) => {
                let public = key.public_key().to_encoded_point(false);
                let algorithm = sequence(&[oid(EC_PUBLIC_KEY), oid(CURVE_P384)]);
                (algorithm, public.as_bytes().to_vec())
            }
            PrivateKey::Ed25519(key) => {
                (sequence(&[oid(ED25519)]), key.verifying_key().to_bytes().to_vec())
            }
            PrivateKey::Dsa(_) => return None,
        })
    }

    /// The algorithm that the key signs with.
    pub(crate) fn signature_algorithm(&self) -> Option<Vec<u8>> {
        Some(match self {
            PrivateKey::Rsa(_) => sequence(&[oid(SHA256_WITH_RSA), tlv(der::NULL, &[])]),
            PrivateKey::P256(_) => sequence(&[oid(ECDSA_WITH_SHA256)]),
            PrivateKey::P384(_) => sequence(&[oid(ECDSA_WITH_SHA384)]),
            PrivateKey::Ed25519(_) => sequence(&[oid(ED25519)]),
            PrivateKey::Dsa(_) => return None,
        })
    }

    /// Signs; RSA by PKCS #1 v1.5.
    pub(crate) fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        Some(match self {
            PrivateKey::Rsa(key) => {
                let signer = rsa::pkcs1v15::SigningKey::<Sha256>::new((**key).clone());
                rsa::signature::Signer::try_sign(&signer, message).ok()?.to_vec()
            }
            PrivateKey::P256(key) => {
                let signature: p256::ecdsa::DerSignature =
                    p256::ecdsa::SigningKey::from(key).sign(message);
                signature.as_bytes().to_vec()
            }
            PrivateKey::P384(key) => {
                let signature: p384::ecdsa::DerSignature =
                    p384::ecdsa::SigningKey::from(key).sign(message);
                signature.as_bytes().to_vec()
            }
            PrivateKey::Ed25519(key) => key.sign(message).to_bytes().to_vec(),
            PrivateKey::Dsa(_) => return None,
        })
    }
}

/// `x509.MarshalECPrivateKey`
fn ec_pem(private: &[u8], curve: &[u32], public: &[u8]) -> String {
    let data = sequence(&[
        integer(&[1]),
        tlv(der::OCTET_STRING, private),
        tlv(der::context(0), &oid(curve)),
        tlv(der::context(1), &bit_string(public)),
    ]);
    pem("EC PRIVATE KEY", &data)
}

fn from_sec1(data: &[u8]) -> Option<PrivateKey> {
    let mut inner = der::expect(&mut { data }, der::SEQUENCE)?.content;
    der::expect(&mut inner, der::INTEGER)?;
    let private = der::expect(&mut inner, der::OCTET_STRING)?.content;
    let curve = der::expect(&mut inner, der::context(0))?.content;
    from_scalar(private, curve)
}

fn from_scalar(private: &[u8], curve: &[u8]) -> Option<PrivateKey> {
    if curve == oid(CURVE_P256) {
        return p256::SecretKey::from_slice(private).ok().map(PrivateKey::P256);
    }
    if curve == oid(CURVE_P384) {
        return p384::SecretKey::from_slice(private).ok().map(PrivateKey::P384);
    }
    None
}

fn from_pkcs8(data: &[u8]) -> Option<PrivateKey> {
    if let Ok(key) = RsaPrivateKey::from_pkcs8_der(data) {
        return Some(PrivateKey::Rsa(Box::new(key)));
    }
    if let Ok(key) = p256::SecretKey::from_pkcs8_der(data) {
        return Some(PrivateKey::P256(key));
    }
    if let Ok(key) = p384::SecretKey::from_pkcs8_der(data) {
        return Some(PrivateKey::P384(key));
    }
    let key = ed25519_dalek::SigningKey::from_pkcs8_der(data).ok()?;
    Some(PrivateKey::Ed25519(Box::new(key)))
}
