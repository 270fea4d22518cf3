"""Signatures by a key that is thrown away: made and verified by sign.sh, and by cosign where it is installed."""

import os
import shutil

import pytest

from conftest import IMAGE, command

SIGN = IMAGE / "sign.sh"


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    """(private, public)"""
    folder = tmp_path_factory.mktemp("keys")
    command("openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", folder / "key.pem")
    command("openssl", "ec", "-in", folder / "key.pem", "-pubout", "-out", folder / "public.pem")
    return folder / "key.pem", folder / "public.pem"


@pytest.fixture
def signed(layer, keys, tmp_path):
    copy = tmp_path / "rootfs.tar"
    shutil.copyfile(layer, copy)
    command(SIGN, keys[0], copy)
    return copy


def test_what_was_signed_is_verified(signed, keys):
    assert command(SIGN, "--verify", keys[1], signed).stdout == f"{signed}: good\n"


def test_one_changed_byte_is_noticed(signed, keys):
    with signed.open("r+b") as file:
        file.seek(100_000)
        byte = file.read(1)
        file.seek(100_000)
        file.write(bytes([byte[0] ^ 1]))
    done = command(SIGN, "--verify", keys[1], signed, check=False)
    assert done.returncode == 1 and "is not what was signed" in done.stderr


def test_another_key_is_noticed(signed, tmp_path):
    command("openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", tmp_path / "other.pem")
    command("openssl", "ec", "-in", tmp_path / "other.pem", "-pubout", "-out", tmp_path / "other-public.pem")
    assert command(SIGN, "--verify", tmp_path / "other-public.pem", signed, check=False).returncode == 1


def test_a_file_without_a_signature_is_not_good(signed, keys):
    signed.with_name("rootfs.tar.sig").unlink()
    assert command(SIGN, "--verify", keys[1], signed, check=False).returncode == 1


def test_without_the_key_nothing_is_signed(layer, tmp_path):
    file = tmp_path / "file"
    file.write_text("text")
    assert command(SIGN, tmp_path / "no-key", file, check=False).returncode == 1
    assert not file.with_name("file.sig").exists()


def cosign() -> str:
    """This machine's, or the one that deploy/ci/tools.sh has built; nothing is compiled for this."""
    built = command(IMAGE.parent / "ci" / "tools.sh", "--cached", "cosign", check=False).stdout.strip()
    return shutil.which("cosign", path=f"{os.environ.get('PATH', '')}:{built}") or ""


@pytest.mark.skipif(not cosign(), reason="there is no cosign (deploy/ci/tools.sh cosign builds it); sign.sh writes the same signatures by openssl")
def test_cosign_takes_our_signatures_and_we_take_its(signed, keys, tmp_path):
    offline = {**os.environ, "COSIGN_PASSWORD": "thrown away"}
    signature, program = signed.with_name("rootfs.tar.sig"), cosign()
    command(program, "verify-blob", "--key", keys[1], "--insecure-ignore-tlog=true", "--signature", signature, signed,
            env=offline)
    command(program, "generate-key-pair", "--output-key-prefix", tmp_path / "cosign", env=offline)
    command(program, "sign-blob", "--yes", "--use-signing-config=false", "--new-bundle-format=false", "--tlog-upload=false", "--key", tmp_path / "cosign.key",
            "--output-signature", signature, signed, env=offline)
    command(SIGN, "--verify", tmp_path / "cosign.pub", signed)
