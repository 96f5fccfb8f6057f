/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the kernel does out of line, as many instructions as there (x86-64):
 * granting 17, ending a grant 19.
 */
	.text

#define FUNCTION(name)				\
	.globl	name;				\
	.type	name, @function;		\
name:

FUNCTION(env_grant)
	.rept	16
	nop
	.endr
	ret

FUNCTION(env_grant_end)
FUNCTION(env_grant_retry)
	.rept	17
	nop
	.endr
	mov	$1, %eax
	ret

FUNCTION(bench_copy)
FUNCTION(bench_notify)
	ret

	.section .note.GNU-stack, "", @progbits
