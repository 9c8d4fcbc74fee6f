"""The sandbox's own certificate authority and its server certificate, made at the first start."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

_VALID = timedelta(days=3650)
_NAMES = ("localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc")
_ADDRESSES = ("127.0.0.1", "::1")


def ensure_certificates(folder: Path, now: datetime) -> None:
    """Make ca.crt, server.crt and their keys (0600) in a folder, unless they are there."""
    if (folder / "server.crt").exists():
        return
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    authority_key, authority = _make_authority(now)
    server_key, server = _make_server(authority_key, authority, now)
    _write_pair(folder, "ca", authority_key, authority)
    # Last, because its presence says that all of them are complete.
    _write_pair(folder, "server", server_key, server)


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read; readers see all of it or nothing."""
    temporary = path.with_name(f".{path.name}.new")
    temporary.unlink(missing_ok=True)
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    temporary.replace(path)


def _make_authority(now: datetime) -> tuple[EllipticCurvePrivateKey, x509.Certificate]:
    from cryptography import x509  # noqa: PLC0415 slow to load, needed at the first start only
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("oneblock-notebooks-sandbox")
    usage = x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=True,
        crl_sign=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
    builder = _builder(name, name, key, now)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(usage, critical=True)
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    return key, builder.add_extension(identifier, critical=False).sign(key, hashes.SHA256())


def _make_server(
    authority_key: EllipticCurvePrivateKey, authority: x509.Certificate, now: datetime
) -> tuple[EllipticCurvePrivateKey, x509.Certificate]:
    from cryptography import x509  # noqa: PLC0415 slow to load, needed at the first start only
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415
    from cryptography.x509.oid import ExtendedKeyUsageOID  # noqa: PLC0415

    key = ec.generate_private_key(ec.SECP256R1())
    builder = _builder(_name("kube-apiserver"), authority.subject, key, now)
    names = [x509.DNSName(name) for name in _NAMES]
    addresses = [x509.IPAddress(ip_address(address)) for address in _ADDRESSES]
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
    for extension in (x509.SubjectAlternativeName([*names, *addresses]), usage, issuer):
        builder = builder.add_extension(extension, critical=False)
    builder = builder.add_extension(
        x509.BasicConstraints(ca=False, path_length=None), critical=True
    )
    return key, builder.sign(authority_key, hashes.SHA256())


def _name(common: str) -> x509.Name:
    from cryptography import x509  # noqa: PLC0415 slow to load, needed at the first start only

    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common)])


def _builder(
    subject: x509.Name, issuer: x509.Name, key: EllipticCurvePrivateKey, now: datetime
) -> x509.CertificateBuilder:
    from cryptography import x509  # noqa: PLC0415 slow to load, needed at the first start only

    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer)
    builder = builder.public_key(key.public_key()).serial_number(x509.random_serial_number())
    start = now.astimezone(UTC) - timedelta(hours=1)
    return builder.not_valid_before(start).not_valid_after(start + _VALID)


def _write_pair(
    folder: Path, name: str, key: EllipticCurvePrivateKey, certificate: x509.Certificate
) -> None:
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 as above

    text = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    write_private(folder / f"{name}.key", text)
    write_private(folder / f"{name}.crt", certificate.public_bytes(serialization.Encoding.PEM))
