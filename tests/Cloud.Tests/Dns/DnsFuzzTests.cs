using Cloud.Dns;
using Cloud.Dns.Messages;
using Cloud.Tests.Mail.Fuzz;

namespace Cloud.Tests.Dns;

/// <summary>Mutated messages and names by a seed: nothing throws, nothing hangs, nothing grows out of proportion.</summary>
/// <remarks>tests/fuzz runs this for longer, with a seed of the day.</remarks>
public sealed class DnsFuzzTests
{
    /// <summary>Octets allocated for one of the input: a record of eleven octets that points to the longest name.</summary>
    const int MaxRatio = 100;

    const int Fixed = 64 * 1024;

    const int Inputs = 3000;

    static readonly int Seed = (int)TestSettings.Number("CLOUD_FUZZ_SEED", 4);

    static readonly TimeSpan Span = TimeSpan.FromSeconds(TestSettings.Number("CLOUD_FUZZ_SECONDS", 0));

    [Fact]
    public void Any_message_is_read() => Run(Messages, ReadMessage);

    [Fact]
    public void Any_message_answers_a_question() => Run(Messages, ReadAnswer);

    [Fact]
    public void Any_name_is_read() => Run(Names, ReadName);

    [Fact]
    public void Any_resolv_conf_is_read() =>
        Run(
            [.. ResolvConfTests.Files.Select(file => System.Text.Encoding.UTF8.GetBytes(file))],
            octets => Assert.Empty(ResolvConf.Parse(System.Text.Encoding.UTF8.GetString(octets)).Faults())
        );

    static void ReadMessage(byte[] octets)
    {
        if (DnsMessage.TryRead(octets) is not { } message)
            return;
        foreach (var record in message.Answers.Concat(message.Authorities))
        {
            Assert.InRange(record.Name.Wire.Length, 1, DnsName.MaxLength);
            Assert.NotEmpty(record.Name.ToString());
            Assert.NotNull(record.Data);
        }

        // What was read can be written, and is then read as the same.
        var again = new ResponseWriter
        {
            Question = message.Question,
            Answers = message.Answers,
            Authorities = message.Authorities,
            Compresses = false,
        }.Write();
        Assert.Equal(message.Answers, DnsMessage.TryRead(again)?.Answers);
        Assert.Equal(message.Authorities, DnsMessage.TryRead(again)?.Authorities);
    }

    static void ReadAnswer(byte[] octets)
    {
        if (DnsMessage.TryRead(octets) is not { Question: { } question } message)
            return;
        var chain = new AliasChain(question.Name, question.Type, trustsAuthenticated: true);
        if (chain.Read(message).Answer is not { } answer)
            return;
        Assert.Equal(answer.IsAnswer, answer.Records.Count > 0);
        Assert.All(answer.Records, record => Assert.Equal(answer.Name, record.Name));
        Assert.All(answer.Records, record => Assert.Equal(question.Type, record.Type));
        Assert.InRange(answer.TimeToLive, TimeSpan.Zero, TimesToLive.Max);
    }

    static void ReadName(byte[] octets)
    {
        if (DnsName.TryParse(System.Text.Encoding.UTF8.GetString(octets), out var name))
            Assert.Equal(name, DnsName.Parse(name.ToString()));
        if (DnsName.TryFromOctets(octets, out name))
            Assert.Equal(name, DnsName.Parse(name.ToString()));
    }

    static void Run(IReadOnlyList<byte[]> seeds, Action<byte[]> read)
    {
        var random = new Random(Seed);
        var mutator = new Mutator(random, seeds);
        var start = TimeProvider.System.GetTimestamp();
        for (var run = 0; run < Inputs || TimeProvider.System.GetElapsedTime(start) < Span / 60; run++)
        {
            var input = mutator.Next();
            if (input.Length > 1 && random.Next(2) == 0)
                Point(input, random);
            try
            {
                var before = GC.GetAllocatedBytesForCurrentThread();
                _ = DnsMessage.TryRead(input);
                var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
                Assert.InRange(allocated, 0, (long)MaxRatio * input.Length + Fixed);
                read(input);
            }
            catch (Exception fault)
            {
                Assert.Fail($"Seed {Seed}, run {run}: {fault}\nInput: {Convert.ToBase64String(input)}");
            }
        }
    }

    /// <summary>Puts in a pointer, which a random octet is rarely.</summary>
    static void Point(byte[] input, Random random)
    {
        var at = random.Next(input.Length - 1);
        var target = random.Next(input.Length + 10);
        input[at] = (byte)(0xC0 | target >> 8);
        input[at + 1] = (byte)target;
    }

    static IReadOnlyList<byte[]> Names =>
        [
            .. new[] { "example.com", @"a\.b\255.example", "bücher.example", "_25._tcp.mail.example.com." }.Select(
                System.Text.Encoding.UTF8.GetBytes
            ),
        ];

    static IReadOnlyList<byte[]> Messages
    {
        get
        {
            var random = new Random(3);
            return
            [
                .. Enumerable
                    .Range(0, 60)
                    .Select(i =>
                    {
                        var records = Enumerable.Range(0, i % 7).Select(_ => GeneratedRecords.Next(random)).ToArray();
                        var question = records.Length > 0 ? records[0] : GeneratedRecords.Next(random);
                        return new ResponseWriter
                        {
                            Question = new(question.Name, question.Type),
                            Answers = records,
                            Authorities = [.. ZoneText.Records(Responses.Soa)],
                            Options = i % 2 > 0 ? [0, 15, 0, 3, 0, 6, 65] : null,
                            Compresses = i % 3 > 0,
                        }.Write();
                    }),
            ];
        }
    }
}
