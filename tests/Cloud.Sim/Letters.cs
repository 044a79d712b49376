using System.Globalization;
using System.Text;
using Cloud.Tests.Fakes;

namespace Cloud.Sim;

/// <summary>Messages, no two the same: with Message-IDs that answer each other, and octets that only a faithful store keeps.</summary>
sealed class Letters(SeededEntropy dice)
{
    int count;

    public byte[] Next()
    {
        var number = ++count;
        var header = new StringBuilder();
        header.Append(CultureInfo.InvariantCulture, $"Message-ID: <{number}@sim.test>\r\n");
        if (number > 1 && dice.Below(2) == 0)
            header.Append(CultureInfo.InvariantCulture, $"In-Reply-To: <{1 + dice.Below(number - 1)}@sim.test>\r\n");
        header.Append(
            CultureInfo.InvariantCulture,
            $"From: <sender@elsewhere.test>\r\nSubject: letter {number}\r\n\r\n"
        );
        return [.. Encoding.ASCII.GetBytes(header.ToString()), .. dice.Bytes(dice.Below(900))];
    }
}
