// The functions of libpq that this room calls: loaded when the first of them is needed
// (base/shared_library.h). In this namespace their names mean these, so that code reads as usual.
//
// Invariant: a function is called only after load_libpq() has succeeded once; without it the process aborts.
// Any thread.
#pragma once

#include <libpq-fe.h>

#include "base/result.h"

namespace ff::postgres {

// clang-format off
#define FF_LIBPQ_FUNCTIONS(each) \
  each(PQbackendPID) each(PQclear) each(PQcmdStatus) each(PQcmdTuples) each(PQconnectPoll) \
  each(PQconnectStartParams) each(PQconninfoFree) each(PQconninfoParse) each(PQconsumeInput) \
  each(PQenterPipelineMode) each(PQerrorMessage) each(PQexitPipelineMode) each(PQfinish) \
  each(PQflush) each(PQfreemem) each(PQgetResult) each(PQgetisnull) each(PQgetlength) \
  each(PQgetvalue) each(PQisBusy) each(PQnotifies) each(PQntuples) each(PQpipelineStatus) \
  each(PQpipelineSync) each(PQresultErrorField) each(PQresultErrorMessage) each(PQresultStatus) \
  each(PQsendPrepare) each(PQsendQuery) each(PQsendQueryParams) each(PQsendQueryPrepared) \
  each(PQsetNoticeReceiver) each(PQsetnonblocking) each(PQsocket) each(PQstatus) \
  each(PQtransactionStatus)
// clang-format on

/// kUnavailable when libpq is not installed. Cheap once it is loaded; when it failed, it fails ever after.
Result<void> load_libpq();

namespace libpq {

struct Functions {
#define FF_POINTER(name) \
  decltype(&::name) name = nullptr;  // NOLINT(bugprone-macro-parentheses): it declares the name
  FF_LIBPQ_FUNCTIONS(FF_POINTER)
#undef FF_POINTER
};
const Functions& functions();

}  // namespace libpq

#define FF_CALL(name) \
  inline constexpr auto name = [](auto... arguments) { return libpq::functions().name(arguments...); };
FF_LIBPQ_FUNCTIONS(FF_CALL)
#undef FF_CALL

}  // namespace ff::postgres
