// libinjection and the text transformations of libmodsecurity, measured from inside: processor time of this process, median of
// several passes. Prints one line of JSON as ours does.
//
//   libmodsecurity FOLDER   inputs are in files of it, each with its length before it (32 bits, little end first)
//
// The library exports more than its headers declare; what is used of it is declared here.
#include <modsecurity/actions/action.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <string>
#include <vector>

namespace modsecurity {
namespace actions {
namespace transformations {
class Transformation : public Action {
 public:
   static Transformation *instantiate(std::string name);
};
}  // namespace transformations
}  // namespace actions
}  // namespace modsecurity

extern "C" {
int libinjection_sqli(const char *input, size_t length, char fingerprint[]);
int libinjection_xss(const char *input, size_t length);
}

static double cpu_seconds() {
   timespec now;
   clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
   return now.tv_sec + now.tv_nsec * 1e-9;
}

// Processor time of one pass at the median, of at least three passes and 200 ms.
template <typename Pass> static double median(Pass pass) {
   std::vector<double> times;
   double total = 0;
   while (times.size() < 3 || total < 0.2) {
      double const before = cpu_seconds();
      pass();
      times.push_back(cpu_seconds() - before);
      total += times.back();
   }
   std::sort(times.begin(), times.end());
   return times[times.size() / 2];
}

static std::vector<std::string> inputs(std::string const &path) {
   std::vector<std::string> read;
   std::ifstream file(path, std::ios::binary);
   for (uint32_t length; file.read(reinterpret_cast<char *>(&length), sizeof length);) {
      std::string input(length, '\0');
      file.read(&input[0], length);
      read.push_back(input);
   }
   return read;
}

static char const *const separator(bool &first) {
   char const *const mark = first ? "" : ", ";
   first = false;
   return mark;
}

int main(int count, char **words) {
   if (count != 2) {
      fprintf(stderr, "usage: libmodsecurity FOLDER\n");
      return 2;
   }
   std::string const folder = words[1];
   volatile size_t kept = 0;
   bool first = true;
   printf("{");
   for (std::string const set : {"sqli", "xss", "ordinary"}) {
      auto const all = inputs(folder + "/" + set);
      size_t found = 0;
      auto const measure = [&](char const *what, auto detect) {
         double const time = median([&] {
            found = 0;
            for (auto const &input : all) found += detect(input);
         });
         printf("%s\"%s %s\": {\"ns\": %f, \"found\": %zu, \"inputs\": %zu}", separator(first), what, set.c_str(),
                time * 1e9 / all.size(), found, all.size());
      };
      measure("sqli", [](std::string const &input) {
         char fingerprint[16];
         return libinjection_sqli(input.data(), input.size(), fingerprint) != 0;
      });
      measure("xss", [](std::string const &input) { return libinjection_xss(input.data(), input.size()) != 0; });
   }
   static char const *const names[][2] = {
      {"LOWERCASE", "lowercase"},          {"UPPERCASE", "uppercase"},
      {"URL_DECODE", "urlDecode"},         {"URL_DECODE_UNI", "urlDecodeUni"},
      {"COMPRESS_WHITE_SPACE", "compressWhitespace"},
      {"REMOVE_WHITESPACE", "removeWhitespace"},
      {"TRIM", "trim"},                    {"TRIM_LEFT", "trimLeft"},
      {"TRIM_RIGHT", "trimRight"},         {"HTML_ENTITY_DECODE", "htmlEntityDecode"},
      {"CMD_LINE", "cmd_line"},            {"ESCAPE_SEQ_DECODE", "escapeSeqDecode"},
      {"HEX_DECODE", "hexDecode"},         {"SQL_HEX_DECODE", "sqlHexDecode"},
      {"BASE64_DECODE", "base64Decode"},   {"BASE64_DECODE_EXT", "base64DecodeExt"},
      {"JS_DECODE", "jsDecode"},           {"CSS_DECODE", "cssDecode"},
      {"NORMALIZE_PATH", "normalisePath"}, {"NORMALIZE_PATH_WIN", "normalisePathWin"},
      {"REMOVE_NULLS", "removeNulls"},     {"REPLACE_NULLS", "replaceNulls"},
      {"REPLACE_COMMENTS", "replaceComments"},
      {"REMOVE_COMMENTS_CHAR", "removeCommentsChar"},
      {"MD5", "md5"},                      {"UTF8_TO_UNICODE", "utf8toUnicode"},
   };
   for (std::string const set : {"ordinary", "encoded"}) {
      auto const all = inputs(folder + "/" + set);
      for (auto const &name : names) {
         auto *const transformation =
            modsecurity::actions::transformations::Transformation::instantiate(std::string("t:") + name[1]);
         double const time = median([&] {
            size_t length = 0;
            for (auto const &input : all) length += transformation->evaluate(input, nullptr).size();
            kept = length;
         });
         printf("%s\"%s %s\": {\"ns\": %f}", separator(first), name[0], set.c_str(), time * 1e9 / all.size());
      }
   }
   printf("}\n");
   return 0;
}
