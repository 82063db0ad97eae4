"""Other compilers, levels of optimisation and instruction sets write the same bytes. Slow: builds the program thrice."""
import shutil
import subprocess

import pytest
from program import PROGRAM, SOURCE, lacking, safeconduct

CASES = ["dushanbe_2025", "bashir_2009", "two_leaders_2025"]
BUILDS = {
    "clang++ -O3": ("clang", "clang++", "-O3"),
    "g++ -O0": ("gcc", "g++", "-O0"),
    "g++ -O3 -march=x86-64-v3": ("gcc", "g++", "-O3 -march=x86-64-v3"),
}


def written_by(program, folder):
    """The bytes of each case's results and of the exported world."""
    folder.mkdir()
    for case in CASES:
        safeconduct("run", case, "--replicates", 3000, "--out", folder / f"{case}.h5", program=program, timeout=1200)
        safeconduct("check", case, "--export", folder / f"{case}.world", program=program)
    return {path.relative_to(folder): path.read_bytes()
            for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix in (".h5", ".csv")}


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    return written_by(PROGRAM, tmp_path_factory.mktemp("this") / "r")


@pytest.mark.parametrize("build", BUILDS)
def test_another_build_writes_the_same_bytes(tmp_path, expected, build):
    cc, cxx, flags = BUILDS[build]
    if not shutil.which(cxx):
        lacking(cxx)
    if "v3" in flags and "avx2" not in open("/proc/cpuinfo").read():
        pytest.skip("this processor cannot run x86-64-v3")
    launcher = [f"-DCMAKE_CXX_COMPILER_LAUNCHER={shutil.which('ccache')}"] if shutil.which("ccache") else []
    subprocess.run(["cmake", "-S", SOURCE, "-B", tmp_path / "build", "-G", "Ninja", "-DCMAKE_BUILD_TYPE=None",
                    f"-DCMAKE_C_COMPILER={cc}", f"-DCMAKE_CXX_COMPILER={cxx}", f"-DCMAKE_CXX_FLAGS={flags}", *launcher],
                   check=True, capture_output=True)
    subprocess.run(["cmake", "--build", tmp_path / "build", "--target", "safeconduct"], check=True, capture_output=True)
    made = written_by(tmp_path / "build" / "safeconduct", tmp_path / "r")
    assert made.keys() == expected.keys() and len(made) > 30
    assert [str(name) for name in made if made[name] != expected[name]] == []


@pytest.mark.parametrize("processor", ["Westmere", "Haswell"])  # neither AVX; AVX2 but no AVX-512
def test_an_older_processor_writes_the_same_bytes(tmp_path, processor):
    emulator = shutil.which("qemu-x86_64") or lacking("qemu-x86_64")
    options = ["run", "dushanbe_2025", "--replicates", "150", "--threads", "1", "--out"]
    safeconduct(*options, tmp_path / "here.h5")
    subprocess.run([emulator, "-cpu", processor, str(PROGRAM), *options, str(tmp_path / "there.h5")],
                   check=True, capture_output=True, timeout=1200)
    assert (tmp_path / "there.h5").read_bytes() == (tmp_path / "here.h5").read_bytes()
