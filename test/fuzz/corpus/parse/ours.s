.map m array 4 8 1
r1 = map m
again: r0 += 1; if r0 < 10 goto again
call f
exit
f: r0 = 1; exit
