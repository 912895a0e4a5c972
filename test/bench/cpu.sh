# SPDX-License-Identifier: MIT
#
# Prints the CPU's name, which every figure depends on. For scripts of this folder to source.

lscpu | sed -n -e 's/^Model name: */CPU: /p' -e 's/^CPU family: */     family /p' -e 's/^Model: */     model /p'
