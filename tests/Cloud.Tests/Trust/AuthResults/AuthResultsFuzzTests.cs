using System.Text;
using Cloud.Mail.Headers;
using Cloud.Trust.AuthResults;

namespace Cloud.Tests.Trust.AuthResults;

public sealed class AuthResultsFuzzTests
{
    [Fact]
    public void Whatever_is_told_reads_back_as_one_field_with_its_results() =>
        TrustFuzz.Run(
            ["ada@example.org", "\"a b\"@example.org", "; x=y (\\\") \r\n\r\nz", "why not? =?utf-8?q?x?="],
            text =>
            {
                var field = ResultsFieldTests.Write(
                    new AuthenticationResult("spf", "fail", text, [new("smtp.mailfrom", text)]),
                    new AuthenticationResult("dkim", "pass", null, [new("header.d", text), new("header.i", "@x")])
                );
                var octets = Encoding.UTF8.GetBytes(field);
                var reader = new HeaderReader(octets);
                Assert.True(reader.MoveNext());
                Assert.True(reader.Rest.IsEmpty);
                var read = AuthenticationResults.Parse(reader.Current.Value)!;
                Assert.Equal("mx.example.com", read.Server);
                Assert.Equal(["spf", "dkim"], read.Results.Select(result => result.Method));
                Assert.Equal("@x", read.Results[1].Property("header.i"));
                Assert.Single(read.Results[0].Properties);
                Assert.All(field.Split("\r\n"), line => Assert.InRange(Encoding.UTF8.GetByteCount(line), 0, 998));
            }
        );

    [Fact]
    public void What_comes_out_is_the_message_without_the_forged_fields_however_it_is_cut() =>
        TrustFuzz.Run(
            [
                "Received: x\r\nAuthentication-Results: mx.example.com; spf=pass\r\n more\r\nFrom: a@b\r\n\r\nAuthentication-Results: mx.example.com; x=y\r\n",
                "From x\nAuthentication-Results : mx.example.com\n\t;none\n\n",
                "Authentication-Results: mx.example.com;\r\n dkim=pass\r\n>From y\r\nAuthentication-Results: z.example; a=b\r\nauthentication-results: (c) \"mx.example.com\" 1; d=e\r\n",
                " leading\r\n\tlines\r\nA :b\r\nAuthentication-Results:\r\n mx.example.com; spf=pass",
            ],
            message =>
            {
                var expected = Expected(message);
                foreach (var piece in (int[])[1, 2, 3, 7, 64, int.MaxValue])
                    Assert.Equal(expected, ForgedResultsTests.Filter(message, piece));
            }
        );

    /// <summary>The same by the reader of headers, again until nothing goes.</summary>
    static string Expected(string message)
    {
        while (true)
        {
            var octets = Encoding.Latin1.GetBytes(message);
            var kept = new StringBuilder();
            var (at, count) = (0, 0);
            var reader = new HeaderReader(octets);
            while (reader.MoveNext())
            {
                var end = octets.Length - reader.Rest.Length;
                var start = end - reader.Current.Raw.Length;
                if (!reader.Current.Is("Authentication-Results"u8) || !IsForged(reader.Current.Value))
                    continue;
                kept.Append(message, at, start - at);
                (at, count) = (end, count + 1);
            }

            if (count == 0)
                return message;
            message = kept.Append(message, at, message.Length - at).ToString();
        }
    }

    static bool IsForged(ReadOnlySpan<byte> value) =>
        AuthenticationResults.Parse(value) is not { Version: 1 } results
        || results
            .Server.TrimEnd('.')
            .Split('/', '=', ',', ':')[0]
            .Equals("mx.example.com", StringComparison.OrdinalIgnoreCase)
        || new AuthServers(ForgedResultsTests.Ours).Include(results.Server);
}
