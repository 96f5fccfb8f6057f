/* SPDX-License-Identifier: GPL-2.0 */
#include "wait.h"
