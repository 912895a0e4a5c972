# SPDX-License-Identifier: MIT
#
# Print the CPU's name, on which every figure depends. Scripts of this folder source this file.

lscpu | sed -n -e 's/^Model name: */CPU: /p' -e 's/^CPU family: */     family /p' -e 's/^Model: */     model /p'
