#!/bin/sh
# weak_symbols.sh NM OBJECT...
# Of several weak copies of a function the linker keeps any: one that an AVX-512 file left behind would end the program on
# a machine without it. So a file compiled for an instruction set may only leave weak symbols that name it.
nm=$1
shift
seen=0 status=0
for object in "$@"; do
  case $object in
    *avx2.cpp.o) isa=avx2 ;;
    *avx512.cpp.o) isa=avx512 ;;
    *) continue ;;
  esac
  seen=$((seen + 1))
  symbols=$("$nm" -C "$object") || exit 1
  foreign=$(printf '%s\n' "$symbols" | grep -E '^[0-9a-f]* [WVu] ' | grep -v -e "lanes_$isa" -e ' DW\.ref\.')
  if [ -n "$foreign" ]; then
    printf '%s leaves weak symbols that any file may be linked to:\n%s\n' "$object" "$foreign"
    status=1
  fi
done
if [ $seen -eq 0 ]; then
  echo "no file compiled for AVX2 or AVX-512 here"
  exit 77
fi
exit $status
