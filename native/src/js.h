// Node-API with every answer looked at. Where a worker is being terminated, any call may
// fail, between any two others: a call that fails throws, so that nothing is used that it
// should have made. C++ wrappers end the process there when they cannot throw into
// JavaScript.
#pragma once

#include <node_api.h>

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "arrays.h"
#include "error.h"

namespace glia {

// A call of Node-API failed. A JavaScript exception is pending, or none can be thrown any
// more, or what came is of another kind.
struct Failed {
  napi_status status;
};

inline void Check(napi_status status) {
  if (status != napi_ok) throw Failed{status};
}

// What a failed call means for JavaScript. Where the environment ends this fails as well,
// and nobody is there to learn of it.
inline void Throw(napi_env env, const Failed& failed) {
  bool pending = false;
  if (napi_is_exception_pending(env, &pending) == napi_ok && pending) return;
  const std::string why = "Node-API gives " + std::to_string(failed.status);
  napi_throw_error(env, "ARGUMENT", why.c_str());
}

// No exception leaves the addon: each becomes a JavaScript error with a code.
template <typename F>
napi_value Try(napi_env env, const F& call) {
  try {
    return call();
  } catch (const Failed& failed) {
    Throw(env, failed);
  } catch (const Error& error) {
    napi_throw_error(env, error.code, error.message.c_str());
  } catch (const std::bad_alloc&) {
    napi_throw_error(env, "MEMORY", "out of memory");
  } catch (const std::exception& error) {
    napi_throw_error(env, "PROGRAM", error.what());
  }
  return nullptr;
}

// The arguments of a call; undefined where there are fewer.
class Arguments {
 public:
  Arguments(napi_env env, napi_callback_info info) {
    size_t count = kMost;
    Check(napi_get_cb_info(env, info, &count, values_, nullptr, nullptr));
  }
  napi_value operator[](size_t i) const { return values_[i]; }

 private:
  static constexpr size_t kMost = 4;
  napi_value values_[kMost];
};

inline napi_value Undefined(napi_env env) {
  napi_value value = nullptr;
  Check(napi_get_undefined(env, &value));
  return value;
}

inline napi_value StringOf(napi_env env, const char* text) {
  napi_value value = nullptr;
  Check(napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &value));
  return value;
}

// A whole number from 0 to `most`.
inline int64_t IntegerIn(napi_env env, napi_value value, int64_t most) {
  double number = -1;
  const bool is_number = napi_get_value_double(env, value, &number) == napi_ok;
  if (!is_number || !(number >= 0 && number <= static_cast<double>(most))) {
    throw Error("ARGUMENT", "a number is out of range");
  }
  return static_cast<int64_t>(number);
}

inline bool IsTrue(napi_env env, napi_value value) {
  napi_value truth = nullptr;
  bool is_true = false;
  Check(napi_coerce_to_bool(env, value, &truth));
  Check(napi_get_value_bool(env, truth, &is_true));
  return is_true;
}

// The elements of an array, of so many at most. To take one may run JavaScript, which may
// detach what another one holds: all are taken before any is looked into.
inline std::vector<napi_value> ElementsIn(napi_env env, napi_value value, size_t most) {
  bool is_array = false;
  Check(napi_is_array(env, value, &is_array));
  if (!is_array) throw Error("ARGUMENT", "an array is missing");
  uint32_t length = 0;
  Check(napi_get_array_length(env, value, &length));
  if (length > most) throw Error("ARGUMENT", "an array is too long");
  std::vector<napi_value> elements;
  for (uint32_t i = 0; i < length; ++i) {
    elements.push_back(nullptr);
    Check(napi_get_element(env, value, i, &elements.back()));
  }
  return elements;
}

// The numbers of a typed array of one of these kinds.
template <typename T>
struct Typed {
  T* data;
  int64_t length;
};

template <typename T>
Typed<T> TypedIn(napi_env env, napi_value value,
                 std::initializer_list<napi_typedarray_type> kinds) {
  bool is_typed = false;
  Check(napi_is_typedarray(env, value, &is_typed));
  if (!is_typed) throw Error("ARGUMENT", "a typed array is missing");
  napi_typedarray_type type = napi_uint8_array;
  size_t length = 0;
  void* data = nullptr;
  Check(napi_get_typedarray_info(env, value, &type, &length, &data, nullptr, nullptr));
  for (napi_typedarray_type kind : kinds) {
    if (type == kind) return {static_cast<T*>(data), static_cast<int64_t>(length)};
  }
  throw Error("ARGUMENT", "a typed array is of another kind");
}

inline Words WordsIn(napi_env env, napi_value value) {
  const auto numbers = TypedIn<float>(env, value, {napi_float32_array, napi_int32_array});
  return {numbers.data, numbers.length};
}

// What JavaScript holds of something that lives here: an object that carries a tag, since
// any object may be handed in.
template <typename T>
class Handle {
 public:
  // An object that holds `held`, which has so many bytes.
  static napi_value New(napi_env env, std::shared_ptr<T> held, int64_t bytes) {
    auto handle = std::make_unique<Handle>(std::move(held), bytes);
    napi_value object = nullptr;
    Check(napi_create_object(env, &object));
    Check(napi_wrap(env, object, handle.get(), Finalize, nullptr, nullptr));
    Handle* taken = handle.release();
    Weigh(env, taken->bytes_);
    const napi_type_tag tag = Tag();
    Check(napi_type_tag_object(env, object, &tag));
    return object;
  }

  static Handle& In(napi_env env, napi_value value) {
    napi_valuetype type = napi_undefined;
    Check(napi_typeof(env, value, &type));
    bool ours = false;
    const napi_type_tag tag = Tag();
    if (type == napi_object) Check(napi_check_object_type_tag(env, value, &tag, &ours));
    if (!ours) throw Error("ARGUMENT", "a handle is missing");
    void* handle = nullptr;
    Check(napi_unwrap(env, value, &handle));
    return *static_cast<Handle*>(handle);
  }

  Handle(std::shared_ptr<T> held, int64_t bytes)
      : held_(std::move(held)), bytes_(bytes) {}

  std::shared_ptr<T> held() const {
    if (!held_) throw Error("ARGUMENT", "it was released before");
    return held_;
  }

  // Gives up what is held; the garbage collector learns that it has become lighter.
  void Drop(napi_env env) {
    if (held_) Weigh(env, -bytes_);
    held_.reset();
  }

 private:
  // Another copy of the addon in the process, with other classes, has another address.
  static napi_type_tag Tag() {
    static const char kind = 0;
    return {0x676c69612d617021, reinterpret_cast<uintptr_t>(&kind)};
  }

  static void Weigh(napi_env env, int64_t bytes) {
    int64_t total = 0;
    napi_adjust_external_memory(env, bytes, &total);
  }

  static void Finalize(napi_env env, void* data, void*) {
    auto* handle = static_cast<Handle*>(data);
    handle->Drop(env);
    delete handle;
  }

  std::shared_ptr<T> held_;
  int64_t bytes_;
};

template <typename T>
std::shared_ptr<T> HeldIn(napi_env env, napi_value value) {
  return Handle<T>::In(env, value).held();
}

}  // namespace glia
