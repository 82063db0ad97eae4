"""The launcher in checkouts of its own: a program of one file, real builds, and an apt-get that only pretends."""
import fcntl
import os
import pathlib
import re
import shutil
import signal
import subprocess
import time

import pytest

HOUSE = pathlib.Path(__file__).resolve().parents[2]

PROJECT = """cmake_minimum_required(VERSION 3.25)
project(toy LANGUAGES CXX)
add_executable(safeconduct main.cpp)
"""

PROGRAM = """#include <unistd.h>
#include <cstdio>
#include <cstring>
int main(int argc, char** argv) {
  char folder[4096];
  std::printf("in %s", getcwd(folder, sizeof folder));
  for (int i = 1; i < argc; ++i) std::printf(" <%s>", argv[i]);
  std::printf("\\n");
  std::fflush(stdout);
  if (argc > 1 && !std::strcmp(argv[1], "wait")) pause();
  return argc > 1 && !std::strcmp(argv[1], "seven") ? 7 : 0;
}
"""

ORDINARY_TOOLS = "sh cat dirname env fold grep id mkdir nproc readlink rm sed setsid tail uname".split()


def call(checkout, *arguments, **more):
    more = {"capture_output": True, "text": True, "timeout": 120, "cwd": "/"} | more
    return subprocess.run([str(checkout / "safeconduct"), *arguments], **more)


def make_checkout(folder):
    folder.mkdir()
    shutil.copy(HOUSE / "safeconduct", folder)
    shutil.copy(HOUSE / "CMakePresets.json", folder)
    (folder / "CMakeLists.txt").write_text(PROJECT)
    (folder / "main.cpp").write_text(PROGRAM)
    return folder


def make_path(folder, **scripts):
    """A PATH with the ordinary tools and these scripts, and nothing else."""
    folder.mkdir()
    for tool in ORDINARY_TOOLS:
        (folder / tool).symlink_to(shutil.which(tool))
    for name, text in scripts.items():
        script = folder / name.replace("_", "-")
        script.unlink(missing_ok=True)
        script.write_text("#!/bin/sh\n" + text)
        script.chmod(0o755)
    return str(folder)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    checkout = make_checkout(tmp_path_factory.mktemp("launcher") / "check out")
    first = call(checkout, "--version")
    assert first.returncode == 0, first.stderr
    assert "building" in first.stderr
    return checkout


def test_arguments_folder_and_stdout_are_the_programs(built):
    run = call(built, "run", "a b", "", "*")
    assert (run.returncode, run.stdout, run.stderr) == (0, "in / <run> <a b> <> <*>\n", "")


def test_without_arguments_it_asks_for_a_run(built):
    assert call(built).stdout == "in / <run>\n"


def test_through_a_chain_of_links(built, tmp_path):
    (tmp_path / "one").symlink_to(built / "safeconduct")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "two").symlink_to("../one")
    run = subprocess.run(["bin/two", "x"], cwd=tmp_path, capture_output=True, text=True)
    assert run.stdout == f"in {tmp_path} <x>\n"


def test_when_nothing_changed_it_is_quick(built):
    fastest = min(timed(built) for _ in range(5))
    assert fastest < 1.0


def timed(checkout):
    start = time.monotonic()
    call(checkout, "--version")
    return time.monotonic() - start


def test_exit_codes_and_signals_are_the_programs(built):
    assert call(built, "seven").returncode == 7
    process = subprocess.Popen([built / "safeconduct", "wait"], stdout=subprocess.PIPE)
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == -signal.SIGINT


def test_report_is_the_python_packages_and_knows_the_program(built):
    package = built / "analysis" / "safeconduct"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()  # or another safeconduct on the PYTHONPATH would go before
    (package / "__main__.py").write_text("import os, sys; print(os.environ['SAFECONDUCT'], sys.argv[1:]); sys.exit(65)\n")
    run = call(built, "report", "a b.h5", "--out", "x")
    assert (run.returncode, run.stdout) == (65, f"{built}/build/release/safeconduct ['report', 'a b.h5', '--out', 'x']\n")


def test_closed_streams_do_no_harm(built):
    for redirection in (">&-", "2>&-", ">&- 2>&-", "<&-"):
        run = subprocess.run(["sh", "-c", f"'{built}/safeconduct' seven {redirection}"], capture_output=True)
        assert run.returncode == 7, redirection


def test_a_changed_source_is_built_again(tmp_path, built):
    copy = tmp_path / "copy"
    shutil.copytree(built, copy, symlinks=True)  # with a build folder that speaks of the original
    (copy / "main.cpp").write_text(PROGRAM.replace('"in %s"', '"within %s"'))
    assert call(copy, "x").stdout == "within / <x>\n"
    assert call(built, "x").stdout == "in / <x>\n"


def test_a_broken_source_is_told_on_stderr(tmp_path):
    checkout = make_checkout(tmp_path / "broken")
    (checkout / "main.cpp").write_text("int main() { return nonsense; }\n")
    run = call(checkout, "run")
    assert (run.returncode, run.stdout) == (70, "")
    assert "nonsense" in run.stderr


def test_two_at_once_do_not_disturb_each_other(tmp_path):
    checkout = make_checkout(tmp_path / "twice")
    both = [subprocess.Popen([checkout / "safeconduct", "x"], cwd="/", stdout=subprocess.PIPE) for _ in range(2)]
    assert [process.communicate()[0] for process in both] == [b"in / <x>\n"] * 2


def test_a_checkout_that_cannot_be_written_to_is_told(tmp_path):
    checkout = make_checkout(tmp_path / "of somebody else's")
    (checkout / "build").touch()  # root, too, can make no folder of it
    for verb in ("x", "test", "report"):
        run = call(checkout, verb)
        assert (run.returncode, run.stdout) == (74, "")
        assert run.stderr.startswith(f"safeconduct: cannot write to {checkout}/build: ") and run.stderr.count("\n") == 1


def test_with_stderr_closed_it_waits_for_another_all_the_same(built):
    with open(built / "build" / "lock", "a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        second = subprocess.Popen(["sh", "-c", f"'{built}/safeconduct' x 2>&-"], stdout=subprocess.PIPE, cwd="/")
        with pytest.raises(subprocess.TimeoutExpired):
            second.wait(2)
    assert second.communicate(timeout=60) == (b"in / <x>\n", None)


def test_where_nothing_can_be_installed_it_says_what_is_needed(tmp_path):
    checkout = make_checkout(tmp_path / "elsewhere")
    run = call(checkout, "run", env={"PATH": make_path(tmp_path / "bin")})
    assert (run.returncode, run.stdout) == (69, "")
    for word in ("conda", "brew", "dnf", "docker", "apt-get install", "libtomlplusplus-dev", "CMake 3.25"):
        assert word in run.stderr


def test_every_way_to_get_what_is_needed_has_all_that_cmake_looks_for(tmp_path):
    checkout = make_checkout(tmp_path / "elsewhere")
    told = call(checkout, "run", env={"PATH": make_path(tmp_path / "bin")}).stderr
    looked_for = {name.rstrip("3").lower() for file in ("CMakeLists.txt", "tests/CMakeLists.txt")
                  for name in re.findall(r"find_package\((\w+) [\d.]+", (HOUSE / file).read_text())}
    assert {"boost", "eigen", "openssl", "doctest"} <= looked_for
    needed, *ways = re.split(r"^  (?:Debian|Docker|Fedora|conda|macOS).*:$", told.lower(), flags=re.M | re.I)
    assert len(ways) == 5
    assert "install --no-install-recommends \\\n" in told and "openssl doctest \\\n" in told
    for words in [needed] + [way for way in ways if "docker run" not in way]:
        assert [name for name in looked_for if name not in words.replace("libssl-dev", "openssl")] == [], words


def debian(tmp_path, user):
    """A Debian where one package is there already; the others come when apt-get is called, cmake among them."""
    return make_path(
        tmp_path / "bin",
        dpkg_query=f'[ "$4" = doctest-dev ] || [ "$3" = doctest-dev ] || [ -e {tmp_path}/installed ] && echo installed',
        dpkg="exit 0",
        apt_get=f'echo "$@" >>{tmp_path}/calls; case "$*" in *--download-only*) ;; *install*) : >{tmp_path}/installed ;; esac',
        id=f"echo {user}",
        cmake=f'[ -e {tmp_path}/installed ] || exit 1; exec env PATH="{os.environ["PATH"]}" cmake "$@"',
    )


def test_on_debian_root_installs_what_is_missing_once(tmp_path):
    checkout = make_checkout(tmp_path / "bare")
    path = debian(tmp_path, user=0)
    run = call(checkout, "x", env={"PATH": path})
    assert (run.returncode, run.stdout) == (0, "in / <x>\n"), run.stderr
    update, download, install = (tmp_path / "calls").read_text().splitlines()
    assert update.endswith("update") and "--download-only" in download
    assert " cmake " in install and "libhdf5-dev" in install
    assert "doctest-dev" not in install and "python3" not in install
    assert "installing" in run.stderr
    again = call(checkout, "x", env={"PATH": path})
    assert (again.stderr, len((tmp_path / "calls").read_text().splitlines())) == ("", 3)


def test_on_debian_a_user_without_sudo_is_told_what_to_ask_for(tmp_path):
    checkout = make_checkout(tmp_path / "guest")
    run = call(checkout, "x", env={"PATH": debian(tmp_path, user=1000)})
    assert (run.returncode, run.stdout) == (69, "")
    assert "apt-get install --no-install-recommends" in run.stderr
    assert not (tmp_path / "calls").exists()


def test_a_failing_apt_get_is_shown(tmp_path):
    checkout = make_checkout(tmp_path / "offline")
    path = debian(tmp_path, user=0)
    (tmp_path / "bin" / "apt-get").write_text('#!/bin/sh\necho "E: Temporary failure resolving mirror.example"\nexit 100\n')
    run = call(checkout, "x", env={"PATH": path})
    assert run.returncode == 69
    assert "Temporary failure resolving" in run.stderr
