using System.Net;
using Cloud.Tests.Dns;
using Cloud.Tests.Fakes;
using Cloud.Trust.Spf;

namespace Cloud.Tests.Trust.Spf;

/// <summary>What the public suite does not ask.</summary>
public sealed class SpfVerifierTests
{
    readonly ManualClock clock = new(DateTimeOffset.FromUnixTimeSeconds(1_700_000_000));

    readonly ZoneResolver dns = new(
        """
        example.com         TXT "v=spf1 mx include:inner.example -all exp=why.example.com"
        example.com         MX  10 mx.example.com
        mx.example.com      A   192.0.2.1
        why.example.com     TXT "%{c} at %{t} for %{r}: see https://example.com/?s=%{S}"
        inner.example       TXT "v=spf1 ip4:198.51.100.0/24 ?all"
        helo.example        TXT "v=spf1 a -all"
        helo.example        A   192.0.2.7
        slow.example        HANG
        slowwhy.example     TXT "v=spf1 -all exp=slow.example.com"
        slow.example.com    HANG
        xn--bcher-kva.example TXT "v=spf1 ip4:192.0.2.0/24 -all"
        local.example       TXT "v=spf1 exists:%{l}.x.example -all"
        *.x.example         A   127.0.0.2
        injected.example    TXT "v=spf1 -all exp=words.example"
        words.example       TXT "%{l}"
        long.example        TXT "v=spf1 -all exp=longwords.example"
        longwords.example   TXT "%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}%{d}"
        manyhosts.example   TXT "v=spf1 mx ip6:2001:db8::/32 -all"
        manyhosts.example   MX  1 v4a.example
        manyhosts.example   MX  2 v4b.example
        manyhosts.example   MX  3 v4c.example
        v4a.example         A   192.0.2.10
        v4b.example         A   192.0.2.11
        v4c.example         A   192.0.2.12
        """
    );

    Task<SpfVerdict> MailFromAsync(
        string from,
        string address = "192.0.2.99",
        string helo = "helo.example",
        CancellationToken cancel = default
    ) =>
        new SpfVerifier(dns, clock).CheckMailFromAsync(
            new(IPAddress.Parse(address), helo, "mx.receiver.example"),
            from,
            cancel
        );

    [Fact]
    public async Task The_steps_tell_which_term_of_which_record_matched()
    {
        var verdict = await MailFromAsync("ada@example.com", "198.51.100.3");
        Assert.Equal(
            "spf=pass (example.com: include:inner.example matches 198.51.100.3) smtp.mailfrom=ada@example.com",
            verdict.ToString()
        );
        Assert.Equal(
            [
                "TXT example.com: \"v=spf1 mx include:inner.example -all exp=why.example.com\"",
                "MX example.com: 10 mx.example.com",
                "A mx.example.com: 192.0.2.1",
                "TXT inner.example: \"v=spf1 ip4:198.51.100.0/24 ?all\"",
                "pass: inner.example: ip4:198.51.100.0/24 matches 198.51.100.3",
                "pass: example.com: include:inner.example matches 198.51.100.3",
            ],
            verdict.Steps
        );
        Assert.Null(verdict.Explanation);
    }

    [Fact]
    public async Task A_failure_comes_with_the_words_of_the_domain()
    {
        var verdict = await MailFromAsync("a&b@example.com");
        Assert.Equal(SpfResult.Fail, verdict.Result);
        Assert.Equal(
            "192.0.2.99 at 1700000000 for mx.receiver.example: see https://example.com/?s=a%26b%40example.com",
            verdict.Explanation
        );
    }

    [Fact]
    public async Task Words_that_could_break_a_reply_are_not_passed_on() =>
        Assert.Null((await MailFromAsync("a\r\n250 fine@injected.example")).Explanation);

    [Fact]
    public async Task Words_fit_into_a_reply_line() =>
        Assert.Equal(400, (await MailFromAsync("ada@long.example")).Explanation?.Length);

    [Fact]
    public async Task The_helo_name_is_checked_by_itself()
    {
        var verdict = await new SpfVerifier(dns, clock).CheckHeloAsync(
            new(IPAddress.Parse("192.0.2.7"), "HELO.example"),
            default
        );
        Assert.Equal((SpfResult.Pass, "smtp.helo", "HELO.example"), (verdict.Result, verdict.Property, verdict.Value));
    }

    [Theory]
    [InlineData("192.0.2.7", SpfResult.Pass)]
    [InlineData("::ffff:192.0.2.7", SpfResult.Pass)]
    [InlineData("192.0.2.8", SpfResult.Fail)]
    public async Task The_null_sender_is_the_postmaster_of_the_helo_name(string address, SpfResult result)
    {
        var verdict = await MailFromAsync("", address);
        Assert.Equal(
            (result, "smtp.mailfrom", "postmaster@helo.example"),
            (verdict.Result, verdict.Property, verdict.Value)
        );
    }

    [Fact]
    public async Task A_slow_name_server_is_a_temporary_error_after_twenty_seconds()
    {
        var check = MailFromAsync("ada@slow.example");
        clock.Advance(TimeSpan.FromSeconds(19));
        Assert.False(check.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((SpfResult.TempError, "out of time"), ((await check).Result, (await check).Reason));
    }

    [Fact]
    public async Task Whoever_gives_up_gets_a_temporary_error_and_no_exception() =>
        Assert.Equal(SpfResult.TempError, (await MailFromAsync("ada@example.com", cancel: new(true))).Result);

    [Fact]
    public async Task A_slow_explanation_does_not_change_the_result()
    {
        var check = MailFromAsync("ada@slowwhy.example");
        clock.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal((SpfResult.Fail, null), ((await check).Result, (await check).Explanation));
    }

    [Fact]
    public async Task Names_beyond_ascii_are_asked_for_as_a_labels() =>
        Assert.Equal(SpfResult.Pass, (await MailFromAsync("ada@bücher.example")).Result);

    [Theory]
    [InlineData("ada", SpfResult.Pass)]
    [InlineData("ädä", SpfResult.Fail)]
    public async Task Terms_with_a_local_part_beyond_ascii_match_nothing(string local, SpfResult result) =>
        Assert.Equal(result, (await MailFromAsync($"{local}@local.example")).Result);

    [Fact]
    public async Task Hosts_without_the_clients_kind_of_address_count_as_one_void_term() =>
        Assert.Equal(SpfResult.Pass, (await MailFromAsync("ada@manyhosts.example", "2001:db8::1")).Result);
}
