using Cloud.Trust.Dkim;

namespace Cloud.Tests.Trust.Dkim;

/// <summary>The messages printed in the standards.</summary>
public sealed class StandardExampleTests : IDisposable
{
    /// <summary>RFC 6376 §A.2, with errata 3192 (one space in "game. Are") and 4926 (indented by six).</summary>
    const string Rfc6376 = """
        DKIM-Signature: v=1; a=rsa-sha256; s=brisbane; d=example.com;
              c=simple/simple; q=dns/txt; i=joe@football.example.com;
              h=Received : From : To : Subject : Date : Message-ID;
              bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
              b=AuUoFEfDxTDkHlLXSZEpZj79LICEps6eda7W3deTVFOk4yAUoqOB
              4nujc7YopdG5dWLSdNg6xNAZpOPr+kHxt1IrE+NahM6L/LbvaHut
              KVdkLLkpVaVVQPzeRDI009SO2Il5Lu7rDNH6mZckBdrIx0orEtZV
              4bmp/YzhwvcubU4=;
        Received: from client1.football.example.com  [192.0.2.1]
              by submitserver.example.com with SUBMISSION;
              Fri, 11 Jul 2003 21:01:54 -0700 (PDT)
        From: Joe SixPack <joe@football.example.com>
        To: Suzie Q <suzie@shopping.example.net>
        Subject: Is dinner ready?
        Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
        Message-ID: <20030712040037.46341.5F8J@football.example.com>

        Hi.

        We lost the game. Are you hungry yet?

        Joe.

        """;

    const string Rfc6376Key =
        "v=DKIM1; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/zYt"
        + "IxN2SnFCjxOCKG9v3b4jYfcTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhi"
        + "tdY9tf6mcwGjaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB";

    /// <summary>RFC 8463 §A.3.</summary>
    const string Rfc8463 = """
        DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;
         d=football.example.com; i=@football.example.com;
         q=dns/txt; s=brisbane; t=1528637909; h=from : to :
         subject : date : message-id : from : subject : date;
         bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
         b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus
         Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==
        DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;
         d=football.example.com; i=@football.example.com;
         q=dns/txt; s=test; t=1528637909; h=from : to : subject :
         date : message-id : from : subject : date;
         bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
         b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3
         DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz
         dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=
        From: Joe SixPack <joe@football.example.com>
        To: Suzie Q <suzie@shopping.example.net>
        Subject: Is dinner ready?
        Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
        Message-ID: <20030712040037.46341.5F8J@football.example.com>

        Hi.

        We lost the game.  Are you hungry yet?

        Joe.

        """;

    const string Rfc8463Rsa =
        "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWR"
        + "iGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutAC"
        + "DfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3"
        + "Ip3G+2kryOTIKT+l/K4w3QIDAQAB";

    readonly DkimHarness example = new();

    public void Dispose() => example.Dispose();

    [Fact]
    public async Task The_message_of_rfc_6376_passes()
    {
        example.Publish("brisbane", Rfc6376Key, "example.com");
        var result = await example.VerifyOneAsync(DkimHarness.Message(Rfc6376));
        Assert.True(result.IsPass, result.ToString());
        Assert.Equal(("example.com", "brisbane", 1024), (result.Domain, result.Selector, result.KeyBits));
        Assert.Equal("joe@football.example.com", result.Identity);
        Assert.Equal("AuUoFEfD", result.SignatureStart);

        var changed = DkimHarness.Message(Rfc6376.Replace("game. Are", "game.  Are", StringComparison.Ordinal));
        Assert.Equal(DkimVerdict.Fail, (await example.VerifyOneAsync(changed)).Verdict);
    }

    [Fact]
    public async Task Both_signatures_of_rfc_8463_pass()
    {
        using var world = new Published();
        var results = await world.Example.VerifyAsync(DkimHarness.Message(Rfc8463));
        Assert.Equal(["pass ed25519-sha256 256", "pass rsa-sha256 1024"], results.Select(Line));
    }

    [Fact]
    public async Task However_a_message_is_cut_it_comes_to_the_same()
    {
        using var world = new Published();
        var message = DkimHarness.Message(Rfc8463);
        foreach (var piece in (int[])[1, 2, 3, 7, 64, 1000])
            Assert.All(await world.Example.VerifyAsync(message, piece), result => Assert.True(result.IsPass));
        for (var cut = 1; cut < message.Length; cut++)
            Assert.All(await world.Example.VerifyAsync(message, cut), result => Assert.True(result.IsPass, $"{cut}"));
    }

    [Fact]
    public async Task Ed25519_signs_as_printed()
    {
        // The secret of RFC 8463 §A.1, and its message in our own field: the public key has to be the printed one.
        var seed = Convert.FromBase64String("nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=");
        using var key = DkimKey.Import("brisbane", DkimAlgorithm.Ed25519Sha256, seed);
        Assert.Equal("v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=", key.RecordText);

        using var world = new Published();
        var text = Rfc8463[Rfc8463.IndexOf("From:", StringComparison.Ordinal)..];
        var signed = world.Example.Sign(DkimHarness.Message(text), null, key);
        Assert.True((await world.Example.VerifyOneAsync(signed)).IsPass);
    }

    static string Line(DkimResult result) =>
        $"{result.Verdict.ToString().ToLowerInvariant()} {result.Algorithm} {result.KeyBits}";

    /// <summary>The records of RFC 8463 §A.2, in place of the harness's own.</summary>
    sealed class Published : IDisposable
    {
        public Published()
        {
            Example.Publish("brisbane", "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
            Example.Publish("test", Rfc8463Rsa);
        }

        public DkimHarness Example { get; } = new(isPublished: false);

        public void Dispose() => Example.Dispose();
    }
}
