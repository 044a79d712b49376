using System.Text;
using Cloud.Tests.Mail.Differential;
using Cloud.Tests.Mail.Fuzz;

namespace Cloud.Tests.Mail;

/// <summary>Every octet of a message is in exactly one piece of it.</summary>
public sealed class PartitionTests
{
    public static TheoryData<string> Names => GoldenMessageTests.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Golden_messages_fall_into_pieces_without_gap_or_overlap(string name)
    {
        var message = Messages.Read(name);
        foreach (var form in new[] { message, Messages.WithoutCr(message) })
            Partition.AssertWhole(form, Messages.Scan(form));
    }

    [Fact]
    public void Pieces_are_what_a_person_would_cut_out()
    {
        var message = Messages.Read("alternative-with-attachment");

        var pieces = Partition.AssertWhole(message, Messages.Scan(message));

        var shown = pieces
            .Where(piece => piece.Kind is not (Partition.Kind.Header or Partition.Kind.Body))
            .Select(piece => $"{piece.Kind} {Encoding.ASCII.GetString(message[piece.Start..piece.End])}");
        Assert.Equal(
            [
                "Preamble Preamble",
                "Delimiter \r\n--outer\r\n",
                "Preamble ",
                "Delimiter --outer-inner\r\n",
                "Delimiter \r\n--outer-inner\r\n",
                "Epilogue \r\n--outer-inner--\r\n",
                "Delimiter \r\n--outer\r\n",
                "Epilogue \r\n--outer--\r\nEpilogue\r\n",
            ],
            shown
        );
    }

    [Fact]
    public void So_do_messages_of_other_peoples_tests()
    {
        var files = Messages.Outsiders().ToArray();
        foreach (var message in files)
        foreach (var form in new[] { message, Messages.WithoutCr(message), WithCr(message) })
            Partition.AssertWhole(form, Messages.Scan(form));

        Assert.True(files.Length > 150);
    }

    [Fact]
    public void So_do_generated_messages()
    {
        var generator = new MessageGenerator(seed: 7);
        for (var round = 0; round < 2_000; round++)
        {
            var message = generator.Next().Octets;
            Partition.AssertWhole(message, Messages.Scan(message));
        }
    }

    [Fact]
    public void So_do_damaged_messages()
    {
        var seed = 20261122;
        foreach (var name in Messages.Names)
        foreach (var damaged in Damage.Mutate(Messages.Read(name), seed++, 150))
            Partition.AssertWhole(damaged, Messages.Scan(damaged));

        var mutator = new Mutator(new Random(seed), [.. Messages.Outsiders()]);
        for (var round = 0; round < 3_000; round++)
        {
            var damaged = mutator.Next();
            Partition.AssertWhole(damaged, Messages.Scan(damaged));
        }
    }

    static byte[] WithCr(byte[] message) =>
        Encoding.Latin1.GetBytes(
            Encoding.Latin1.GetString(Messages.WithoutCr(message)).Replace("\n", "\r\n", StringComparison.Ordinal)
        );
}
