"""python -m safeconduct report RESULTS [BASE] --out report.html"""
import sys

from . import report

if __name__ == "__main__":
    if sys.argv[1:2] != ["report"]:
        print("usage: python -m safeconduct report RESULTS [BASE] [--out FILE]", file=sys.stderr)
        sys.exit(2)
    sys.exit(report.main(sys.argv[2:]))
