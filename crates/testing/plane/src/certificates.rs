//! The certificates and keys of one plane, made fresh at each start.

use crate::embedded::hex;
use crate::error::Error;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use sha2::{Digest, Sha256};

/// PEM texts: who signs, how the API server shows itself, what signs service account tokens.
pub(crate) struct Certificates {
    pub(crate) authority: String,
    pub(crate) server: String,
    pub(crate) server_key: String,
    pub(crate) account_key: String,
    pub(crate) account_public: String,
    secret: Vec<u8>,
}

impl Certificates {
    /// Makes new ones for a server on loopback.
    pub(crate) fn new() -> Result<Self, Error> {
        let authority_key = KeyPair::generate()?;
        let mut authority = CertificateParams::new(Vec::new())?;
        authority.distinguished_name.push(DnType::CommonName, "pintle plane");
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let authority_certificate = authority.self_signed(&authority_key)?;
        let server_key = KeyPair::generate()?;
        let names = ["127.0.0.1", "localhost", "kubernetes.default.svc"].map(str::to_owned);
        let mut server = CertificateParams::new(names)?;
        server.distinguished_name.push(DnType::CommonName, "kube-apiserver");
        let issuer = Issuer::from_params(&authority, &authority_key);
        let server_certificate = server.signed_by(&server_key, &issuer)?;
        let account = KeyPair::generate()?;
        Ok(Self {
            authority: authority_certificate.pem(),
            server: server_certificate.pem(),
            server_key: server_key.serialize_pem(),
            account_key: account.serialize_pem(),
            account_public: account.public_key_pem(),
            secret: authority_key.serialize_der(),
        })
    }

    /// A user's bearer token: nobody can guess it who does not have this plane's private key.
    pub(crate) fn token(&self, user: &str) -> String {
        let mut digest = Sha256::new();
        digest.update(&self.secret);
        digest.update(user);
        hex(&digest.finalize())
    }
}
