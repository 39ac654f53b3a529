//! Passwords, private keys and AES (sprig `crypto.go`).

use aes::Aes256;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockDecryptMut as _, BlockEncryptMut as _, KeyIvInit as _};
use hmac::{Hmac, Mac as _};
use pintle_go_template::{Arg, CallError, Exec, Func, func};
use pintle_go_value::{Type, UintKind, Value};
use sha2::Sha256;

use crate::Generator;
use crate::encoding::{base64_decode, base64_encode};
use crate::keys::PrivateKey;
use crate::table::Table;

/// What the slow functions count, in steps of the interpreter. That is less than they take, so that
/// every chart gets the keys it needs: a render makes at most some fifty.
pub(crate) mod cost {
    /// A certificate with an RSA key of 2048 bits.
    pub(crate) const CERTIFICATE: u64 = 2_000_000;
    /// Reading a key, and signing with it.
    pub(crate) const GIVEN_KEY: u64 = 200_000;
    /// An RSA key of 4096 bits.
    pub(crate) const RSA_KEY: u64 = 10_000_000;
    /// A DSA key and its parameters.
    pub(crate) const DSA_KEY: u64 = 20_000_000;
    /// A key on an elliptic curve, or a signature.
    pub(crate) const CURVE_KEY: u64 = 50_000;
    /// A password's hash.
    pub(crate) const BCRYPT: u64 = 1_000_000;
    /// A derived password.
    pub(crate) const DERIVE: u64 = 2_000_000;
}

/// Go's `bcrypt.DefaultCost`.
const BCRYPT_COST: u32 = 10;
/// What bcrypt takes of a password at most.
const BCRYPT_LENGTH: usize = 72;
const RSA_BITS: usize = 4096;
const AES_BLOCK: usize = 16;

fn bcrypt_text<G: Generator + ?Sized>(generator: &G, password: &[u8]) -> String {
    let failed = |why: &str| format!("failed to encrypt string with bcrypt: {why}");
    if password.len() > BCRYPT_LENGTH {
        return failed("bcrypt: password length exceeds 72 bytes");
    }
    let mut salt = [0; 16];
    generator.random(&mut salt);
    match bcrypt::hash_with_salt(password, BCRYPT_COST, salt) {
        // Go writes the older version, which every htpasswd reader knows.
        Ok(parts) => parts.format_for_version(bcrypt::Version::TwoA),
        Err(error) => failed(&error.to_string()),
    }
}

fn bcrypt<H: Generator + ?Sized>(
    exec: &mut Exec<'_, '_, H>,
    password: &[u8],
) -> Result<String, CallError> {
    exec.charge(cost::BCRYPT)?;
    Ok(bcrypt_text(exec.host(), password))
}

fn htpasswd<H: Generator + ?Sized>(
    exec: &mut Exec<'_, '_, H>,
    user: &[u8],
    password: &[u8],
) -> Result<Vec<u8>, CallError> {
    if user.contains(&b':') {
        return Ok([b"invalid username: ", user].concat());
    }
    exec.charge(cost::BCRYPT)?;
    Ok([user, b":", bcrypt_text(exec.host(), password).as_bytes()].concat())
}

/// A Go `uint32` parameter.
#[derive(Clone, Copy)]
struct Counter(u32);

impl<'h> Arg<'h> for Counter {
    const TYPE: Type = Type::Uint(UintKind::Uint32);

    fn from_value(value: Value<'h>) -> Self {
        match value {
            Value::Uint(_, value) => Counter(value as u32),
            _ => Counter(0),
        }
    }
}

const PASSWORD_SEED: &[u8] = b"com.lyndir.masterpassword";

/// The templates of a kind of password: each letter stands for a class of characters.
fn password_templates(kind: &[u8]) -> Option<&'static [&'static str]> {
    Some(match kind {
        b"maximum" => &["anoxxxxxxxxxxxxxxxxx", "axxxxxxxxxxxxxxxxxno"],
        b"long" => &[
            "CvcvnoCvcvCvcv",
            "CvcvCvcvnoCvcv",
            "CvcvCvcvCvcvno",
            "CvccnoCvcvCvcv",
            "CvccCvcvnoCvcv",
            "CvccCvcvCvcvno",
            "CvcvnoCvccCvcv",
            "CvcvCvccnoCvcv",
            "CvcvCvccCvcvno",
            "CvcvnoCvcvCvcc",
            "CvcvCvcvnoCvcc",
            "CvcvCvcvCvccno",
            "CvccnoCvccCvcv",
            "CvccCvccnoCvcv",
            "CvccCvccCvcvno",
            "CvcvnoCvccCvcc",
            "CvcvCvccnoCvcc",
            "CvcvCvccCvccno",
            "CvccnoCvcvCvcc",
            "CvccCvcvnoCvcc",
            "CvccCvcvCvccno",
        ],
        b"medium" => &["CvcnoCvc", "CvcCvcno"],
        b"short" => &["Cvcn"],
        b"basic" => &["aaanaaan", "aannaaan", "aaannaaa"],
        b"pin" => &["nnnn"],
        _ => return None,
    })
}

fn template_characters(class: u8) -> &'static [u8] {
    match class {
        b'V' => b"AEIOU",
        b'C' => b"BCDFGHJKLMNPQRSTVWXYZ",
        b'v' => b"aeiou",
        b'c' => b"bcdfghjklmnpqrstvwxyz",
        b'A' => b"AEIOUBCDFGHJKLMNPQRSTVWXYZ",
        b'a' => b"AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz",
        b'n' => b"0123456789",
        b'o' => b"@&%?,=[]_:-+*$#!'^~;()/.",
        _ => b"AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz0123456789!@#$%^&*()",
    }
}

/// The seed of a user or site: its name behind its length.
fn seeded(name: &[u8]) -> Vec<u8> {
    [PASSWORD_SEED, &(name.len() as u32).to_be_bytes(), name].concat()
}

/// The master password algorithm.
fn derive_password<H: Generator + ?Sized>(
    exec: &mut Exec<'_, '_, H>,
    counter: Counter,
    kind: &[u8],
    password: &[u8],
    user: &[u8],
    site: &[u8],
) -> Result<String, CallError> {
    let Some(templates) = password_templates(kind) else {
        let kind = String::from_utf8_lossy(kind);
        return Ok(format!("cannot find password template {kind}"));
    };
    exec.charge(cost::DERIVE)?;
    Ok(derived_password(counter, templates, password, user, site))
}

fn derived_password(
    counter: Counter,
    templates: &[&str],
    password: &[u8],
    user: &[u8],
    site: &[u8],
) -> String {
    let failed = |why: &str| format!("failed to derive password: {why}");
    let mut key = [0; 64];
    let derived = scrypt::Params::new(15, 8, 2, key.len())
        .map_err(|error| error.to_string())
        .and_then(|params| {
            scrypt::scrypt(password, &seeded(user), &params, &mut key)
                .map_err(|error| error.to_string())
        });
    if let Err(error) = derived {
        return failed(&error);
    }
    let message = [&seeded(site)[..], &counter.0.to_be_bytes()].concat();
    let Ok(mac) = Hmac::<Sha256>::new_from_slice(&key) else {
        return failed("hmac: invalid key");
    };
    let seed = mac.chain_update(message).finalize().into_bytes();
    let template = templates[usize::from(seed[0]) % templates.len()];
    let choose = |(class, seed): (u8, &u8)| {
        let characters = template_characters(class);
        char::from(characters[usize::from(*seed) % characters.len()])
    };
    template.bytes().zip(&seed[1..]).map(choose).collect()
}

fn gen_private_key<H: Generator + ?Sized>(
    exec: &mut Exec<'_, '_, H>,
    kind: &[u8],
) -> Result<Vec<u8>, CallError> {
    exec.charge(match kind {
        b"" | b"rsa" => cost::RSA_KEY,
        b"dsa" => cost::DSA_KEY,
        _ => cost::CURVE_KEY,
    })?;
    let generator = exec.host();
    let key = match kind {
        b"" | b"rsa" => PrivateKey::rsa(generator, RSA_BITS),
        b"dsa" => Ok(PrivateKey::dsa(generator)),
        b"ecdsa" => Ok(PrivateKey::p256(generator)),
        b"ed25519" => Ok(PrivateKey::ed25519(generator)),
        kind => return Ok([b"Unknown type ", kind].concat()),
    };
    Ok(match key {
        Ok(key) => key.to_pem().into_bytes(),
        Err(why) => format!("failed to generate private key: {why}").into_bytes(),
    })
}

/// The password, cut or filled up to 32 bytes.
fn aes_key(password: &[u8]) -> [u8; 32] {
    let mut key = [0; 32];
    let length = password.len().min(key.len());
    key[..length].copy_from_slice(&password[..length]);
    key
}

fn encrypt_aes<H: Generator + ?Sized>(
    exec: &mut Exec<'_, '_, H>,
    password: &[u8],
    text: &[u8],
) -> Vec<u8> {
    if text.is_empty() {
        return Vec::new();
    }
    let mut iv = [0; AES_BLOCK];
    exec.host().random(&mut iv);
    let cipher = cbc::Encryptor::<Aes256>::new(&aes_key(password).into(), &iv.into());
    base64_encode(&[&iv[..], &cipher.encrypt_padded_vec_mut::<Pkcs7>(text)].concat())
}

/// Sprig checks nothing, so what is not its own work ends in Go's panics.
fn decrypt_aes(password: &[u8], text: &[u8]) -> Result<Vec<u8>, CallError> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let data = base64_decode(text).map_err(CallError::new)?;
    let bounds = |what: String| CallError::panic(format!("runtime error: {what}"));
    let Some((iv, body)) = data.split_first_chunk::<AES_BLOCK>() else {
        // Go's decoder makes room for the padding, too.
        let capacity = text.len() / 4 * 3;
        return Err(bounds(format!(
            "slice bounds out of range [:{AES_BLOCK}] with capacity {capacity}"
        )));
    };
    if body.len() % AES_BLOCK != 0 {
        return Err(CallError::panic("crypto/cipher: input not full blocks"));
    }
    let mut plain = body.to_vec();
    let mut cipher = cbc::Decryptor::<Aes256>::new(&aes_key(password).into(), iv.into());
    for block in plain.chunks_exact_mut(AES_BLOCK) {
        cipher.decrypt_block_mut(block.into());
    }
    let Some(padding) = plain.last() else {
        return Err(bounds("index out of range [-1]".to_owned()));
    };
    let Some(length) = plain.len().checked_sub(usize::from(*padding)) else {
        let end = plain.len() as i64 - i64::from(*padding);
        return Err(bounds(format!("slice bounds out of range [:{end}]")));
    };
    plain.truncate(length);
    Ok(plain)
}

impl<H: Generator + ?Sized + 'static> Table<H> {
    /// Passwords, private keys, AES.
    pub(crate) const CRYPTO: &'static [Func<H>] = &[
        func!("bcrypt", bcrypt, exec, (&[u8])),
        func!("htpasswd", htpasswd, exec, (&[u8], &[u8])),
        func!("derivePassword", derive_password, exec, (Counter, &[u8], &[u8], &[u8], &[u8])),
        func!("genPrivateKey", gen_private_key, exec, (&[u8])),
        func!("encryptAES", encrypt_aes, exec, (&[u8], &[u8])),
        func!("decryptAES", decrypt_aes, (&[u8], &[u8])),
    ];
}
