// SPDX-License-Identifier: GPL-2.0
/*
 * world.c - one world from its first moment to its last, in a process of its
 * own: a crash ends nothing else, and every world begins with fresh statics.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "load.h"
#include "world.h"

/* No world takes that long; one that does loops where the scheduler has no say. */
#define MAX_SECONDS	120

struct sim_config sim_config;

/* What an admin may have set. */
static void draw_parameters(void)
{
	sim_nr_cpus = sim_most_cpus = 1 + sim_random(8);
	sim_param_set("max_queues", sim_random(5));
	sim_param_set("max_ring_page_order", sim_random(5));
	sim_param_set("max_indirect_segments", sim_chance(3) ? sim_random(64) : 256);
	sim_param_set("feature_persistent", sim_chance(2));
	sim_param_set("trusted", !sim_chance(4));
	sim_workers_short = sim_config.seed % 4 == 3;
}

static void check_clean(void)
{
	sim_block_check_clean();
	sim_store_check_clean();
	sim_xen_check_clean();
	sim_linux_check_clean();
}

static void live(void *arg)
{
	(void)arg;
	sim_linux_reset();
	sim_block_reset();
	sim_xen_reset();
	sim_store_reset();
	sim_backend_reset();
	sim_outcome->nr_events = sim_life_draw();
	draw_parameters();
	load_start(sim_outcome->nr_events);
	sim_life_run();
	sim_note("life is over");
	load_finish();
	sim_note("load is over");
	sim_life_finish();
	check_clean();
}

static void tell_outcome(void)
{
	const char *name;
	unsigned int kind;

	sim_outcome->ios = load_done();
	sim_outcome->virtual_ns = sim_now();
	sim_outcome->print = sched_print();
	for (kind = 0; kind < SIM_MAX_KINDS; kind++)
		sim_outcome->happened[kind] = sim_life_happened(kind, &name);
}

#ifdef __SANITIZE_ADDRESS__
/* What they find ends the world as a crash does; leaks are ours to find. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "abort_on_error=1:detect_leaks=0";
}

const char *__ubsan_default_options(void);
const char *__ubsan_default_options(void)
{
	return "abort_on_error=1:print_stacktrace=1";
}
#endif

static void on_signal(int nr)
{
	signal(nr, SIG_DFL);
	sim_broken("nothing crashes", "signal %d (%s)", nr, strsignal(nr));
}

/* On a stack of its own: the one that overflowed may be the task's. */
static void catch_signals(void)
{
	static const int signals[] = { SIGALRM, SIGABRT,
#ifndef __SANITIZE_ADDRESS__
				       SIGSEGV, SIGBUS,	 SIGFPE, SIGILL
#endif
	};
	static char stack[64 << 10];
	stack_t alt = { .ss_sp = stack, .ss_size = sizeof(stack) };
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_ONSTACK | SA_NODEFER };
	unsigned int i;

	sigaltstack(&alt, NULL);
	for (i = 0; i < ARRAY_SIZE(signals); i++)
		sigaction(signals[i], &action, NULL);
	alarm(MAX_SECONDS);
}

static void __attribute__((noreturn)) child(bool keep_history)
{
	catch_signals();
	if (keep_history)
		history_keep(sim_config.trace);
	else if (!freopen("/dev/null", "w", stderr))
		_exit(2);
	sched_run(live, NULL);
	tell_outcome();
	fflush(stdout);
	_exit(0);
}

bool world_run(const struct sim_config *config, bool keep_history)
{
	struct sim_outcome *o = sim_outcome;
	int status;
	pid_t pid;

	memset(o, 0, sizeof(*o));
	fflush(stdout);
	sim_config = *config;
	pid = fork();
	if (!pid)
		child(keep_history);
	if (pid < 0 || waitpid(pid, &status, 0) != pid) {
		perror("sim: fork");
		exit(2);
	}
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		return true;
	if (!o->broken) {
		snprintf(o->rule, sizeof(o->rule), "nothing crashes");
		snprintf(o->text, sizeof(o->text),
			 WIFSIGNALED(status) ? "signal %d" : "exit status %d: a sanitizer's?",
			 WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
		o->broken = true;
	}
	return false;
}

void world_print(const char *program, const struct sim_config *config)
{
	printf("%s --seed %llu --ios %u --submitters %u --mask %#llx\n", program,
	       (unsigned long long)config->seed, config->ios, config->submitters,
	       (unsigned long long)config->mask);
}

void world_init(void)
{
	sim_outcome = mmap(NULL, sizeof(*sim_outcome), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (sim_outcome == MAP_FAILED) {
		perror("sim: mmap");
		exit(2);
	}
}
