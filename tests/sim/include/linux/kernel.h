/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kernel.h - messages, strings, time, the module's parameters.
 */
#ifndef SIM_LINUX_KERNEL_H
#define SIM_LINUX_KERNEL_H

#include "types.h"

/* ---- messages: part of the history ---- */

void linux_printk(const char *level, const char *format, ...);

#define pr_emerg(...)			linux_printk("emergency", __VA_ARGS__)
#define pr_err(...)			linux_printk("error", __VA_ARGS__)
#define pr_warn(...)			linux_printk("warning", __VA_ARGS__)
#define pr_notice(...)			linux_printk("notice", __VA_ARGS__)
#define pr_info(...)			linux_printk("info", __VA_ARGS__)
#define pr_debug(...)			linux_printk("debug", __VA_ARGS__)
#define pr_err_ratelimited(...)		pr_err(__VA_ARGS__)
#define pr_warn_ratelimited(...)	pr_warn(__VA_ARGS__)
#define pr_notice_ratelimited(...)	pr_notice(__VA_ARGS__)
#define pr_info_ratelimited(...)	pr_info(__VA_ARGS__)
#define pr_err_once(...)		pr_err(__VA_ARGS__)
#define pr_warn_once(...)		pr_warn(__VA_ARGS__)
#define pr_info_once(...)		pr_info(__VA_ARGS__)

/* ---- strings ---- */

int scnprintf(char *buf, size_t size, const char *format, ...);
int sprintf(char *buf, const char *format, ...);
bool sysfs_streq(const char *a, const char *b);
int kstrtouint(const char *s, unsigned int base, unsigned int *res);

/* ---- time ---- */

#define HZ		     250
#define NSEC_PER_SEC	     1000000000ull
#define NSEC_PER_MSEC	     1000000ull
#define MAX_JIFFY_OFFSET     (LONG_MAX >> 1)

#define jiffies		     ((unsigned long)(sim_now() / (NSEC_PER_SEC / HZ)))
#define time_after(a, b)     ((long)((b) - (a)) < 0)
#define time_before(a, b)    time_after(b, a)
#define time_after_eq(a, b)  ((long)((a) - (b)) >= 0)
#define time_before_eq(a, b) time_after_eq(b, a)
#define ktime_get_ns()	     sim_now()
#define ktime_get()	     ((ktime_t)sim_now())
#define ktime_to_ns(t)	     (t)

static inline unsigned int jiffies_to_msecs(unsigned long j)
{
	return j * (1000 / HZ);
}

static inline unsigned long msecs_to_jiffies(unsigned int ms)
{
	return (ms + 1000 / HZ - 1) / (1000 / HZ);
}

static inline u64 jiffies_to_ns(unsigned long j)
{
	return j * (NSEC_PER_SEC / HZ);
}

void msleep(unsigned int ms);
void usleep_range(unsigned long least, unsigned long most);
void schedule_timeout_uninterruptible(long timeout);
void might_sleep(void);
#define cond_resched()	sim_point()

#define num_online_cpus()	sim_nr_cpus
#define raw_smp_processor_id()	0
#define NUMA_NO_NODE		(-1)

/* ---- the module ---- */

enum module_state { MODULE_STATE_LIVE };
struct module {
	enum module_state state;
};
#define THIS_MODULE		(&(struct module){ MODULE_STATE_LIVE })
#define EXPORT_SYMBOL_GPL(name)
#define MODULE_LICENSE(text)
#define MODULE_AUTHOR(text)
#define MODULE_DESCRIPTION(text)
#define MODULE_VERSION(text)
#define MODULE_ALIAS(text)
#define MODULE_ALIAS_BLOCKDEV_MAJOR(major)
#define MODULE_PARM_DESC(name, text)
#define MODULE_SOFTDEP(text)
#define module_init(fn)		int linux_module_init(void) { return fn(); }
#define module_exit(fn)		void linux_module_exit(void) { fn(); }
int linux_module_init(void);
void linux_module_exit(void);
#define try_module_get(module)	true
#define module_put(module)	((void)(module))

/* Collected by the linker, for sim_param_set(). */
struct linux_param {
	const char *name;
	void *value;
	size_t size;
};

#define module_param_named(name_, value_, type_, perm_)			\
	static const struct linux_param param_##name_			\
	__attribute__((section("linux_params"), used, aligned(8))) = {	\
		#name_, &(value_), sizeof(value_)			\
	}
#define module_param(value_, type_, perm_)	module_param_named(value_, value_, type_, perm_)

/* Those with functions of their own are left as they are. */
struct kernel_param {
	const char *name;
};
struct kernel_param_ops {
	int (*set)(const char *val, const struct kernel_param *kp);
	int (*get)(char *buffer, const struct kernel_param *kp);
};
#define module_param_cb(name_, ops_, arg_, perm_)			\
	static const struct kernel_param_ops *const param_##name_	\
	__attribute__((unused)) = (ops_)

#endif /* SIM_LINUX_KERNEL_H */
