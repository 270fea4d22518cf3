// How text becomes the words that search compares.
//
// Invariant: the same text gives the same words when it is indexed and when it is asked for. Words are folded
// (base/text.h), so case and accents never matter; an apostrophe joins ("women's" -> "womens"), everything
// else that is no letter or digit separates.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace ff::catalog {

inline constexpr std::size_t kWordBytesMax = 48;  // what is longer is cut: nobody types it

/// The words of `text`, in order. `parts_joined`: for "t-shirt" also "tshirt", after "t" and "shirt".
std::vector<std::string> split_words(std::string_view text, bool parts_joined);

/// The text of sanitised HTML, without its tags and entities; for words only.
std::string text_of_html(std::string_view html);

/// Singular of an English plural, roughly: after Harman's S-stemmer ("How effective is suffixing?", 1991),
/// with -sses, -shes, -ches, -xes and the few irregular nouns of a clothing shop. The result need not be a
/// word ("jeans" -> "jean"), it only has to be the same for both numbers.
std::string stem(std::string_view word);

/// Words so common that asking for them only narrows by accident: "the", "for", "with" ...
bool is_stop_word(std::string_view word);

}  // namespace ff::catalog
