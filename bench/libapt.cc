// libapt's own comparison of versions and reader of indices, measured from inside: processor time of this process, median
// of several passes. Prints one line of JSON as ours does.
//
//   libapt versions FILE   one pair a line, with a tab between
//   libapt index FILE      six fields of every paragraph
#include <apt-pkg/configuration.h>
#include <apt-pkg/debversion.h>
#include <apt-pkg/fileutl.h>
#include <apt-pkg/init.h>
#include <apt-pkg/pkgsystem.h>
#include <apt-pkg/tagfile.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

static double cpu_seconds() {
   timespec now;
   clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
   return now.tv_sec + now.tv_nsec * 1e-9;
}

// FNV-1a.
struct Checksum {
   uint64_t sum = 0xcbf29ce484222325;
   void add(const char *from, const char *to) {
      for (; from != to; ++from) sum = (sum ^ static_cast<unsigned char>(*from)) * 0x100000001b3;
   }
};

// Processor time of one pass at the median, of at least three passes and 400 ms.
template <typename Pass> static double median(Pass pass) {
   std::vector<double> times;
   double total = 0;
   while (times.size() < 3 || total < 0.4) {
      double const before = cpu_seconds();
      pass();
      times.push_back(cpu_seconds() - before);
      total += times.back();
   }
   std::sort(times.begin(), times.end());
   return times[times.size() / 2];
}

static int versions(char const *path) {
   std::vector<std::pair<std::string, std::string>> pairs;
   std::ifstream file(path);
   for (std::string line; std::getline(file, line);) {
      auto const tab = line.find('\t');
      pairs.emplace_back(line.substr(0, tab), line.substr(tab + 1));
   }
   auto const compare = [](auto const &pair) {
      auto const &[a, b] = pair;
      return debVS.DoCmpVersion(a.data(), a.data() + a.size(), b.data(), b.data() + b.size());
   };
   Checksum check;
   for (auto const &pair : pairs) {
      int const order = compare(pair);
      char const *const sign = order < 0 ? "-" : order > 0 ? "+" : "0";
      check.add(sign, sign + 1);
   }
   volatile long less = 0;
   double const time = median([&] {
      long count = 0;
      for (auto const &pair : pairs) count += compare(pair) < 0;
      less = count;
   });
   printf("{\"rate\": %f, \"pairs\": %zu, \"check\": \"%016lx\"}\n", pairs.size() / time, pairs.size(), check.sum);
   return 0;
}

static std::string const fields[] = {"Package", "Version", "Architecture", "Source", "Section", "Priority"};

template <typename Take> static size_t read(char const *path, Take take) {
   FileFd file(path, FileFd::ReadOnly);
   pkgTagFile tags(&file);
   pkgTagSection section;
   size_t stanzas = 0;
   while (tags.Step(section)) {
      ++stanzas;
      for (auto const &field : fields) {
         char const *from = nullptr, *to = nullptr;
         section.Find(field, from, to);
         take(from, to);
      }
   }
   return stanzas;
}

static int index(char const *path) {
   Checksum check;
   size_t const stanzas = read(path, [&](char const *from, char const *to) {
      char const *const end = "\n";
      check.add(from, to);
      check.add(end, end + 1);
   });
   volatile size_t lengths = 0;
   double const time = median([&] {
      size_t sum = 0;
      read(path, [&](char const *from, char const *to) { sum += to - from; });
      lengths = sum;
   });
   FileFd file(path, FileFd::ReadOnly);
   printf("{\"rate\": %f, \"stanzas\": %zu, \"lengths\": %zu, \"check\": \"%016lx\"}\n", file.FileSize() / 1e6 / time,
          stanzas, static_cast<size_t>(lengths), check.sum);
   return 0;
}

int main(int count, char **words) {
   pkgInitConfig(*_config);
   pkgInitSystem(*_config, _system);
   if (count == 3 && strcmp(words[1], "versions") == 0) return versions(words[2]);
   if (count == 3 && strcmp(words[1], "index") == 0) return index(words[2]);
   fprintf(stderr, "usage: libapt versions|index FILE\n");
   return 2;
}
