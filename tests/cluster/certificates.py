"""Certificates and keys for a control plane that lives as long as a test run."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LIFETIME = timedelta(days=2)
SERVING_NAMES = (
    x509.DNSName("localhost"),
    x509.DNSName("kubernetes.default.svc"),
    x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
)


@dataclass(frozen=True, slots=True)
class KeyPair:
    """Paths of a PEM certificate and its private key."""

    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True)
class Certificates:
    """What kube-apiserver and an administrator need; ``accounts`` signs service-account tokens."""

    authority: Path
    serving: KeyPair
    administrator: KeyPair
    accounts_key: Path
    accounts_public_key: Path


def make_certificates(folder: Path) -> Certificates:
    """Makes an authority and everything that it signs, as files in ``folder``."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    authority = _Authority()
    accounts = ec.generate_private_key(ec.SECP256R1())
    return Certificates(
        authority=_write(folder / "ca.crt", _pem(authority.certificate)),
        serving=authority.issue(folder / "serving", common_name="kube-apiserver"),
        administrator=authority.issue(
            folder / "administrator", common_name="admin", organization="system:masters"
        ),
        accounts_key=_write(folder / "accounts.key", _private_pem(accounts)),
        accounts_public_key=_write(folder / "accounts.pub", _public_pem(accounts)),
    )


class _Authority:
    """A certificate authority whose own key is never written down."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name("tests", "")
        usage = x509.KeyUsage(
            digital_signature=False,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=True,
            crl_sign=True,
            encipher_only=False,
            decipher_only=False,
        )
        extensions = [x509.BasicConstraints(ca=True, path_length=None), usage]
        self.certificate = self._sign(self._name, self._key.public_key(), extensions)

    def issue(self, stem: Path, *, common_name: str, organization: str = "") -> KeyPair:
        """Signs a leaf: for a server if it has no organization, else for a client of that group."""
        key = ec.generate_private_key(ec.SECP256R1())
        usage = ExtendedKeyUsageOID.CLIENT_AUTH if organization else ExtendedKeyUsageOID.SERVER_AUTH
        extensions: list[x509.ExtensionType] = [
            x509.BasicConstraints(ca=False, path_length=None),
            x509.ExtendedKeyUsage([usage]),
        ]
        if not organization:
            extensions.append(x509.SubjectAlternativeName(SERVING_NAMES))
        leaf = self._sign(_name(common_name, organization), key.public_key(), extensions)
        return KeyPair(
            certificate=_write(stem.with_suffix(".crt"), _pem(leaf)),
            key=_write(stem.with_suffix(".key"), _private_pem(key)),
        )

    def _sign(
        self,
        subject: x509.Name,
        public_key: ec.EllipticCurvePublicKey,
        extensions: Sequence[x509.ExtensionType],
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(minutes=5))
            .not_valid_after(now + LIFETIME)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()),
                critical=False,
            )
        )
        for extension in extensions:
            critical = isinstance(extension, x509.BasicConstraints | x509.KeyUsage)
            builder = builder.add_extension(extension, critical=critical)
        return builder.sign(self._key, hashes.SHA256())


def _name(common_name: str, organization: str) -> x509.Name:
    parts = [x509.NameAttribute(NameOID.COMMON_NAME, common_name)]
    if organization:
        parts.insert(0, x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization))
    return x509.Name(parts)


def _write(path: Path, content: bytes) -> Path:
    path.touch(mode=0o600)
    path.write_bytes(content)
    return path


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _private_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _public_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
